use super::*;

#[test]
fn the_list_of_codecs_is_one() {
    assert_eq!(media_codecs().unwrap().len(), 8);
}
