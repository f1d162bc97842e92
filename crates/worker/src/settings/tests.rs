use super::*;

fn parse(arguments: &[&str]) -> Result<Settings, String> {
    let arguments = arguments.iter().map(|it| (*it).to_owned());
    Settings::parse(arguments).map_err(|error| error.to_string())
}

#[test]
fn what_the_library_passes_is_understood() {
    let it = parse(&[
        "--logLevel=Debug",
        "--logTag=info",
        "--logTag=rtp",
        "--rtcMinPort=40000",
        "--rtcMaxPort=40010",
        "--libwebrtcFieldTrials=x/y/",
    ])
    .unwrap();
    assert_eq!(it.log.level, Level::Debug);
    assert!(it.log.tags.contains("info") && it.log.tags.contains("rtp"));
    assert!(!it.log.tags.contains("ice"));
    assert_eq!((it.ports.min, it.ports.max), (40_000, 40_010));
    assert!(it.certificate.is_none());
}

#[test]
fn one_dash_a_separate_value_and_abbreviations_are_accepted() {
    let it = parse(&["-logL", "warn", "ignored", "-rtcMi=5"]).unwrap();
    assert_eq!(it.log.level, Level::Warn);
    assert_eq!(it.ports.min, 5);
    assert_eq!(
        parse(&["--log=warn"]).unwrap_err(),
        "option log fits several"
    );
}

#[test]
fn arguments_that_cannot_be_followed_are_refused_with_their_name() {
    let error = |argument: &str| parse(&[argument]).unwrap_err();
    assert_eq!(error("--chicken=1"), "unknown option chicken");
    assert_eq!(error("--"), "unknown option ");
    assert_eq!(error("--logLevel"), "option logLevel requires an argument");
    assert_eq!(error("--logLevel=x"), "invalid value 'x' for logLevel");
    assert_eq!(error("--rtcMinPort=65536"), "rtcMinPort is no port");
    assert_eq!(
        parse(&["--rtcMinPort=2000", "--rtcMaxPort=1999"]).unwrap_err(),
        "rtcMaxPort cannot be less than rtcMinPort"
    );
    assert_eq!(
        error("--dtlsCertificateFile=/a"),
        "missing dtlsPrivateKeyFile"
    );
    assert_eq!(
        error("--dtlsPrivateKeyFile=/a"),
        "missing dtlsCertificateFile"
    );
    let both = parse(&[
        "--dtlsCertificateFile=/nowhere",
        "--dtlsPrivateKeyFile=/nowhere",
    ]);
    assert!(both.unwrap_err().starts_with("dtlsCertificateFile: "));
}
