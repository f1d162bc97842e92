use super::*;

#[test]
fn generated_declarations_are_up_to_date() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../web/src/generated/signal.ts"
    );
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == typescript(),
        "run: cargo run -p miso-signal --features ts --example typescript"
    );
}
