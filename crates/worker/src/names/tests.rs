use super::*;

fn enter(names: &mut Names, id: &str, kind: Kind, parent: u64) -> u64 {
    let number = names.number_for(id, kind, parent, "m").unwrap();
    names.insert(
        id,
        Entry {
            kind,
            number,
            parent,
        },
    );
    number
}

#[test]
fn removing_an_object_removes_all_that_hangs_on_it() {
    let mut names = Names::default();
    let router = enter(&mut names, "router", Kind::Router, Names::ROOT);
    let transport = enter(&mut names, "transport", Kind::Transport, router);
    enter(&mut names, "producer", Kind::Producer, transport);
    let other = enter(&mut names, "other", Kind::Router, Names::ROOT);
    names.remove(router);
    assert_eq!(names.ids(|_| true), ["other"]);
    assert_eq!(names.id(transport), None);
    names.remove(other);
    assert!(names.children.is_empty() && names.entries.is_empty() && names.names.is_empty());
}

#[test]
fn an_id_in_use_is_refused_in_the_originals_words() {
    let mut names = Names::default();
    let router = enter(&mut names, "a", Kind::Router, Names::ROOT);
    let mut error = |kind, parent| {
        let refused = names.number_for("a", kind, parent, "x.y").unwrap_err();
        (refused.class(), refused.into_reason())
    };
    assert_eq!(
        error(Kind::Router, Names::ROOT),
        (
            "Error",
            "a Router with same routerId already exists [method:x.y]".to_owned()
        )
    );
    assert_eq!(
        error(Kind::Transport, router),
        (
            "Error",
            "Channel request handler with ID a already exists".to_owned()
        )
    );
}

#[test]
fn a_child_is_found_only_under_its_parent() {
    let mut names = Names::default();
    let router = enter(&mut names, "r", Kind::Router, Names::ROOT);
    let transport = enter(&mut names, "t", Kind::Transport, router);
    let find = |parent| names.child(("t", Kind::Transport), parent, "router.closeTransport");
    assert_eq!(find(router), Ok(transport));
    let refused = find(transport).unwrap_err();
    assert_eq!(refused.class(), "NotFoundError");
    assert_eq!(
        refused.into_reason(),
        "Transport not found [method:router.closeTransport]"
    );
}
