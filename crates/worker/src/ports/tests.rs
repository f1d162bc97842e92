use super::*;

#[test]
fn every_port_of_a_range_is_tried_once_wherever_it_starts() {
    let range = PortRange::new(65_530, 65_535).unwrap();
    for offset in [0, 3, 5, 6, usize::MAX] {
        let mut ports: Vec<_> = range.starting_at(offset).collect();
        assert_eq!(ports[0], 65_530 + u16::try_from(offset % 6).unwrap());
        ports.sort_unstable();
        assert_eq!(ports, (65_530..=65_535).collect::<Vec<_>>());
    }
    assert_eq!(range.count(), 6);
    assert_eq!(PortRange::new(2, 1), None);
}
