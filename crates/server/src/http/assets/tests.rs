use super::*;

#[test]
fn files_are_sorted_so_that_each_is_found() {
    assert!(ASSETS.is_sorted_by(|one, next| one.path < next.path));
    for asset in ASSETS {
        assert_eq!(find(asset.path).unwrap().bytes, asset.bytes);
    }
}

#[test]
fn the_root_is_a_page() {
    assert_eq!(find("").unwrap().content_type(), "text/html; charset=utf-8");
}

#[test]
fn paths_lead_nowhere_else() {
    for path in [
        "../Cargo.toml",
        "/index.html",
        "index.html/",
        "assets",
        "assets/../index.html",
    ] {
        assert!(find(path).is_none(), "{path}");
    }
}
