use super::*;
use crate::http::api::endpoints;

#[test]
fn every_endpoint_but_other_names_is_in_the_document() {
    let endpoints = endpoints::all(true);
    let document = of(&endpoints);
    for endpoint in &endpoints {
        let method = endpoint.method.as_str().to_ascii_lowercase();
        let operation = &document["paths"][endpoint.path][&method];
        assert_eq!(
            operation.is_null(),
            endpoint.is_alias,
            "{} {}",
            method,
            endpoint.path
        );
    }
}

#[test]
fn no_two_operations_have_the_same_name() {
    let endpoints = endpoints::all(false);
    let mut names: Vec<_> = endpoints
        .iter()
        .filter(|it| !it.is_alias)
        .map(operation_id)
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn every_reference_leads_somewhere() {
    let document = of(&endpoints::all(false));
    let text = document.to_string();
    for piece in text.split("\"$ref\":\"").skip(1) {
        let reference = piece.split('"').next().unwrap();
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}
