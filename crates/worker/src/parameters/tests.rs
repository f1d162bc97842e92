use miso_worker_schema::fbs::rtp_parameters as fbs;
use planus::ReadAsRoot;

use super::*;

fn parameter(name: &str, value: fbs::Value) -> fbs::Parameter {
    fbs::Parameter {
        name: name.to_owned(),
        value,
    }
}

fn codec() -> fbs::RtpCodecParameters {
    fbs::RtpCodecParameters {
        mime_type: "audio/opus".to_owned(),
        payload_type: 111,
        clock_rate: 48_000,
        channels: Some(2),
        parameters: Some(vec![
            parameter(
                "a",
                fbs::Value::Boolean(Box::new(fbs::Boolean { value: 1 })),
            ),
            parameter(
                "b",
                fbs::Value::Integer32(Box::new(fbs::Integer32 { value: -7 })),
            ),
            parameter(
                "c",
                fbs::Value::Double(Box::new(fbs::Double { value: 0.5 })),
            ),
            parameter(
                "d",
                fbs::Value::String(Box::new(fbs::String {
                    value: "x".to_owned(),
                })),
            ),
            parameter(
                "e",
                fbs::Value::Integer32Array(Box::new(fbs::Integer32Array {
                    value: Some(vec![1, -2, 3]),
                })),
            ),
        ]),
        rtcp_feedback: Some(vec![fbs::RtcpFeedback {
            type_: "nack".to_owned(),
            parameter: Some("pli".to_owned()),
        }]),
    }
}

fn parameters() -> fbs::RtpParameters {
    fbs::RtpParameters {
        mid: Some("m".to_owned()),
        codecs: vec![codec()],
        header_extensions: vec![fbs::RtpHeaderExtensionParameters {
            uri: fbs::RtpHeaderExtensionUri::AbsCaptureTime,
            id: 3,
            encrypt: true,
            parameters: Some(Vec::new()),
        }],
        encodings: vec![fbs::RtpEncodingParameters {
            ssrc: Some(1),
            rid: Some("r".to_owned()),
            codec_payload_type: Some(111),
            rtx: Some(Box::new(fbs::Rtx { ssrc: 2 })),
            dtx: true,
            scalability_mode: Some("L1T3".to_owned()),
            max_bitrate: Some(3),
        }],
        rtcp: Box::new(fbs::RtcpParameters {
            cname: Some("c".to_owned()),
            reduced_size: false,
        }),
        msid: Some("s".to_owned()),
    }
}

/// What is read from the parameters when they come as bytes.
fn read(it: &fbs::RtpParameters) -> Result<miso_ortc::RtpParameters, crate::refusal::Refusal> {
    let mut builder = planus::Builder::new();
    let bytes = builder.finish(it, None);
    read_rtp_parameters(fbs::RtpParametersRef::read_as_root(bytes).unwrap())
}

fn reason(it: &fbs::RtpParameters) -> String {
    read(it).unwrap_err().into_reason()
}

#[test]
fn parameters_are_written_as_they_were_read() {
    let original = parameters();
    assert_eq!(write_rtp_parameters(&read(&original).unwrap()), original);
}

#[test]
fn an_encoding_is_shown_with_the_codec_and_layers_that_it_leaves_out() {
    let mut it = parameters();
    it.encodings[0].scalability_mode = None;
    it.encodings[0].codec_payload_type = None;
    let written = write_rtp_parameters(&read(&it).unwrap());
    let mode = written.encodings[0].scalability_mode.as_deref();
    assert_eq!(mode, Some("S1T1"));
    assert_eq!(written.encodings[0].codec_payload_type, Some(111));
}

#[test]
fn parameters_that_cannot_be_are_refused() {
    let mut it = parameters();
    it.codecs[0].mime_type = "chicken".to_owned();
    assert_eq!(reason(&it), "wrong codec MIME");
    it.codecs[0].mime_type = "audio/chicken".to_owned();
    assert_eq!(reason(&it), "unknown codec MIME subtype 'chicken'");
    it.codecs[0].mime_type = "audio/rtx".to_owned();
    assert_eq!(reason(&it), "missing apt parameter in RTX codec");
    let mut it = parameters();
    it.header_extensions[0].id = 0;
    assert_eq!(reason(&it), "invalid id 0");
    it.mid = Some("m".repeat(33));
    assert_eq!(reason(&it), "rtpParameters.mid too long");
}

#[test]
fn a_small_message_cannot_stand_for_many_codecs() {
    let mut it = parameters();
    it.codecs = vec![codec(); 129];
    assert_eq!(reason(&it), "too many codecs (maximum 128)");
}

#[test]
fn cut_bytes_are_refused_or_read_without_panic() {
    let mut builder = planus::Builder::new();
    let bytes = builder.finish(parameters(), None).to_vec();
    for end in 0..bytes.len() {
        if let Ok(it) = fbs::RtpParametersRef::read_as_root(&bytes[..end]) {
            let _either = read_rtp_parameters(it);
        }
    }
    for index in 0..bytes.len() {
        for value in [0, 0x7f, 0xff] {
            let mut damaged = bytes.clone();
            damaged[index] = value;
            if let Ok(it) = fbs::RtpParametersRef::read_as_root(&damaged) {
                let _either = read_rtp_parameters(it);
            }
        }
    }
}
