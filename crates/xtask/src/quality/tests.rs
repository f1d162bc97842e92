use super::*;

const PRINTED: &str =
    "| scenario | a |\n|---|---|\n| x | 1 |\n\n| scenario | b |\n|---|---|\n| y | 2 |\n\n";

#[test]
fn tables_take_the_places_of_the_old_ones_and_all_else_stays() {
    let page = "Text\n\n| scenario | old |\n|---|---|\n| x | 0 |\n| z | 0 |\n\n| link | seen |\n\n| scenario |\n\nEnd\n";
    let expected = "Text\n\n| scenario | a |\n|---|---|\n| x | 1 |\n\n| link | seen |\n\n| scenario | b |\n|---|---|\n| y | 2 |\n\nEnd\n";
    assert_eq!(with_tables(page, PRINTED).unwrap(), expected);
}

#[test]
fn page_with_other_tables_than_were_printed_is_refused() {
    assert!(with_tables("| scenario |\n", PRINTED).is_err());
    assert!(with_tables("| scenario |\n\n| scenario |\n\n| scenario |\n", PRINTED).is_err());
}
