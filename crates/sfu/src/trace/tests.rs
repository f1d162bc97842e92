use super::*;

#[test]
fn kinds_are_those_that_were_asked_for_last() {
    let traces = MediaTraces::new(&[MediaTraceKind::Pli, MediaTraceKind::SenderReport]);
    let kinds = [MediaTraceKind::Pli, MediaTraceKind::SenderReport];
    assert_eq!(traces.kinds(), kinds);
    assert!(traces.has(MediaTraceKind::Pli) && !traces.has(MediaTraceKind::Fir));
    assert!(!traces.has_packets());
    assert!(MediaTraces::new(&[MediaTraceKind::KeyFrame]).has_packets());
    assert!(MediaTraces::new(&[MediaTraceKind::Rtp]).has_packets());
    assert_eq!(MediaTraces::default().kinds(), []);

    let traces = TransportTraces::new(&[TransportTraceKind::Bwe]);
    assert_eq!(traces.kinds(), [TransportTraceKind::Bwe]);
    assert_eq!(TransportTraces::default().kinds(), []);
}
