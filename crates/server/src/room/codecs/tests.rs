use super::*;

#[test]
fn the_list_of_codecs_is_one() {
    assert_eq!(media_codecs().unwrap().len(), 10);
}

#[test]
fn rtx_of_audio_is_that_of_opus_and_opus_comes_first() {
    let codecs = miso_engine::router_rtp_capabilities(&media_codecs().unwrap())
        .unwrap()
        .codecs;
    let opus = &codecs[0];
    assert_eq!(opus.mime_type.as_str(), "audio/opus");
    let rtx = codecs
        .iter()
        .find(|codec| codec.mime_type.as_str() == "audio/rtx");
    assert_eq!(rtx.unwrap().parameters.apt(), opus.preferred_payload_type);
}
