//! The command line, settings, certificate, start and end of the program.

use std::net::TcpListener;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::support::{Folder, Server, connect_raw, run};

/// The settings that would be in force.
async fn printed(args: &[&str], variables: &[(&str, &str)]) -> String {
    let all: Vec<_> = ["serve", "--print-config"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let output = run(&all, variables).await;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn setting<'a>(config: &'a str, name: &str) -> Option<&'a str> {
    config
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))
}

/// The one sentence with which the program refuses.
async fn complaint(args: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(args, variables).await;
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    assert!(text.starts_with("miso: "), "{text}");
    text
}

#[tokio::test]
async fn defaults_need_no_file() {
    let config = printed(&[], &[]).await;
    for (name, value) in [
        ("https-listen", "\"0.0.0.0:3000\""),
        ("http-listen", "\"127.0.0.1:8888\""),
        ("media-port", "44444"),
        ("media-ip", "\"0.0.0.0\""),
        ("consent-timeout", "20.0"),
        ("ping-after", "60.0"),
        ("pong-within", "10.0"),
        ("answer-within", "30.0"),
        ("assume-sctp", "true"),
        ("log", "\"info\""),
    ] {
        assert_eq!(setting(&config, name), Some(value), "{name} in\n{config}");
    }
    assert!(
        setting(&config, "data-dir")
            .unwrap()
            .ends_with("/.local/share/miso\"")
    );
    assert_eq!(setting(&config, "announced-address"), None);
}

#[tokio::test]
async fn flags_go_before_variables_before_the_demos_before_the_file_before_defaults() {
    let folder = Folder::new();
    let file = folder.file(
        "miso.toml",
        "[web]\nhttps-listen = \"1.1.1.1:1\"\n[media]\nworkers = 5\n",
    );
    let file = file.to_str().unwrap();
    let demo = ("PROTOO_LISTEN_PORT", "4443");
    let own = ("MISO_HTTPS_LISTEN", "3.3.3.3:3");
    let listen = async |args: &[&str], variables: &[(&str, &str)]| {
        let config = printed(args, variables).await;
        setting(&config, "https-listen")
            .unwrap()
            .trim_matches('"')
            .to_owned()
    };
    let with_file = ["--config", file];
    assert_eq!(listen(&[], &[]).await, "0.0.0.0:3000");
    assert_eq!(listen(&with_file, &[]).await, "1.1.1.1:1");
    assert_eq!(listen(&with_file, &[demo]).await, "0.0.0.0:4443");
    assert_eq!(listen(&with_file, &[demo, own]).await, "3.3.3.3:3");
    let flag = ["--config", file, "--https-listen", "4.4.4.4:4"];
    assert_eq!(listen(&flag, &[demo, own]).await, "4.4.4.4:4");
    assert_eq!(listen(&[], &[("MISO_CONFIG", file)]).await, "1.1.1.1:1");
    assert_eq!(setting(&printed(&flag, &[]).await, "workers"), Some("5"));
}

#[tokio::test]
async fn the_demos_variables_are_understood() {
    let variables = [
        ("MEDIASOUP_ANNOUNCED_IP", "192.0.2.7"),
        ("MEDIASOUP_LISTEN_IP", "10.0.0.1"),
        ("HTTPS_CERT_FULLCHAIN", "/c.pem"),
        ("HTTPS_CERT_PRIVKEY", "/k.pem"),
        ("DOMAIN", "demo.example"),
        ("WORKER_CERT_FULLCHAIN", "/wc.pem"),
        ("WORKER_CERT_PRIVKEY", "/wk.pem"),
        ("PROTOO_LISTEN_PORT", ""),
    ];
    let config = printed(&[], &variables).await;
    for (name, value) in [
        ("announced-address", "\"192.0.2.7\""),
        ("media-ip", "\"10.0.0.1\""),
        ("cert", "\"/c.pem\""),
        ("key", "\"/k.pem\""),
        ("domain", "\"demo.example\""),
        ("dtls-cert", "\"/wc.pem\""),
        ("dtls-key", "\"/wk.pem\""),
        ("https-listen", "\"0.0.0.0:3000\""),
    ] {
        assert_eq!(setting(&config, name), Some(value), "{name} in\n{config}");
    }
}

#[tokio::test]
async fn printed_settings_are_a_file_that_gives_the_same() {
    let folder = Folder::new();
    let args = [
        "--max-rooms=7",
        "--announced-address=a.example",
        "--data-dir=/d",
        "--ping-after=1.5",
    ];
    let first = printed(&args, &[]).await;
    let file = folder.file("printed.toml", &first);
    assert_eq!(
        printed(&["--config", file.to_str().unwrap()], &[]).await,
        first
    );
}

#[tokio::test]
async fn what_is_wrong_on_the_command_line_is_said_in_one_sentence() {
    for (args, part) in [
        (vec!["serve", "--fly"], "'--fly'"),
        (vec!["fly"], "'fly'"),
        (vec!["serve", "--workers", "many"], "--workers"),
        (
            vec!["serve", "--https-listen", "here"],
            "neither an address with a port nor",
        ),
        (vec!["serve", "--media-ip", "1.2.3"], "not an IP address"),
        (
            vec!["serve", "--workers", "0"],
            "--workers must be from 1 to 1024",
        ),
        (
            vec!["serve", "--consent-timeout", "5"],
            "--consent-timeout must be 0 or from 10 to 60 seconds",
        ),
        (
            vec!["serve", "--max-rooms", "0"],
            "--max-rooms must be at least 1",
        ),
        (
            vec!["serve", "--cert", "/c.pem"],
            "a certificate was given without its key",
        ),
        (
            vec!["serve", "--config", "/no/such.toml"],
            "cannot read the configuration file /no/such.toml",
        ),
        (
            vec!["serve", "--https-listen=off", "--http-listen=off"],
            "both listeners are off",
        ),
        (vec!["serve", "--log", "a=b=c"], "--log is wrong"),
        (vec![], "nothing to do"),
    ] {
        let text = complaint(&args, &[]).await;
        assert!(text.contains(part), "{args:?}: {text}");
    }
}

#[tokio::test]
async fn what_is_wrong_in_variables_and_files_is_said_in_one_sentence() {
    let text = complaint(&["serve"], &[("PROTOO_LISTEN_PORT", "http")]).await;
    assert!(
        text.contains("the environment variable PROTOO_LISTEN_PORT is wrong"),
        "{text}"
    );
    let text = complaint(&["serve"], &[("MISO_WORKERS", "few")]).await;
    assert!(text.contains("--workers"), "{text}");
    let folder = Folder::new();
    for (name, contents, part) in [
        (
            "unknown.toml",
            "[web]\n\nfly = 1\n",
            "line 3: unknown field `fly`",
        ),
        ("type.toml", "[media]\nworkers = \"two\"\n", "line 2"),
        (
            "value.toml",
            "[web]\nhttp-listen = \"here\"\n",
            "neither an address with a port nor",
        ),
        ("syntax.toml", "web = [\n", "line "),
    ] {
        let file = folder.file(name, contents);
        let text = complaint(&["serve", "--config", file.to_str().unwrap()], &[]).await;
        assert!(text.contains(name) && text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new();
    let data = format!("--data-dir={}", folder.path().display());
    let https = format!("--https-listen={address}");
    let text = complaint(
        &[
            "serve",
            &data,
            &https,
            "--http-listen=off",
            "--media-ip=127.0.0.1",
            "--media-port=0",
        ],
        &[],
    )
    .await;
    assert!(
        text.contains(&format!(
            "cannot listen on {address} for HTTPS: the port is taken"
        )),
        "{text}"
    );
    let media = format!("--media-port={}", taken.local_addr().unwrap().port());
    let text = complaint(
        &[
            "serve",
            &data,
            "--https-listen=127.0.0.1:0",
            "--http-listen=off",
            "--media-ip=127.0.0.1",
            "--workers=1",
            &media,
        ],
        &[],
    )
    .await;
    assert!(
        text.contains(&address) && text.contains("the port is taken"),
        "{text}"
    );
}

#[tokio::test]
async fn a_certificate_that_cannot_be_read_is_said_in_one_sentence() {
    let folder = Folder::new();
    let garbage = folder.file("garbage.pem", "nothing");
    let garbage = garbage.to_str().unwrap();
    let text = complaint(&["serve", "--cert", "/no/such.pem", "--key", garbage], &[]).await;
    assert!(
        text.contains("cannot read the certificate /no/such.pem"),
        "{text}"
    );
    let text = complaint(&["serve", "--cert", garbage, "--key", garbage], &[]).await;
    assert!(text.contains("garbage.pem is not PEM"), "{text}");
    let text = complaint(
        &[
            "serve",
            "--http-listen=127.0.0.1:0",
            "--https-listen=off",
            "--dtls-cert",
            garbage,
            "--dtls-key",
            garbage,
        ],
        &[],
    )
    .await;
    assert!(text.contains("cannot use the DTLS certificate"), "{text}");
}

#[tokio::test]
async fn help_and_version_are_told_and_are_no_failure() {
    for args in [vec!["--help"], vec!["serve", "--help"], vec!["--version"]] {
        let output = run(&args, &[]).await;
        assert!(output.status.success() && !output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_closes_sessions_with_1001_and_ends_well() {
    for signal in ["-INT", "-TERM"] {
        let server = Server::start(&[]).await;
        let mut client = server.client("r", "p").await;
        client.join("x").await;
        server.signal(signal);
        assert_eq!(client.closed().await, Some(1001));
        let (code, log) = server.ended().await;
        assert_eq!(code, Some(0), "{log}");
        assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    }
}

#[tokio::test]
async fn people_are_shown_links_to_open() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let folder = Folder::new();
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_miso"))
        .env_clear()
        .args([
            "serve",
            "--workers=1",
            "--https-listen=127.0.0.1:0",
            "--http-listen=off",
            "--media-ip=127.0.0.1",
            "--media-port=0",
        ])
        .args(["--data-dir", folder.path().to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut link = None;
    while link.is_none() {
        let line = crate::support::soon("a link", lines.next_line())
            .await
            .unwrap()
            .unwrap();
        link = line
            .split_whitespace()
            .find(|word| word.starts_with("https://127.0.0.1:"))
            .map(str::to_owned);
    }
    assert!(link.unwrap().contains("/?roomId="));
}

#[tokio::test]
async fn the_certificate_is_made_once_and_rooms_are_served_over_tls() {
    let server = Server::start(&[]).await;
    let first = certificate(&server).await;
    server.signal("-TERM");
    let folder = server.folder().path().to_owned();
    let kept = std::fs::read(folder.join(".local/share/miso/tls-cert.pem")).unwrap();
    assert!(kept.starts_with(b"-----BEGIN CERTIFICATE-----"));
    let data = format!("--data-dir={}", folder.join(".local/share/miso").display());
    let again = Server::start(&[&data]).await;
    assert_eq!(certificate(&again).await, first);
}

/// The certificate of a server's first listener, after a session over it.
async fn certificate(server: &Server) -> CertificateDer<'static> {
    let config = ClientConfig::builder_with_provider(Arc::new(
        tokio_rustls::rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .dangerous()
    .with_custom_certificate_verifier(Arc::new(Anybody))
    .with_no_client_auth();
    let stream = TcpStream::connect(server.address("https")).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    let certificate = stream.get_ref().1.peer_certificates().unwrap()[0]
        .clone()
        .into_owned();
    let (mut client, _) = connect_raw(stream, "/?roomId=r&peerId=p", Some("protoo"))
        .await
        .ok()
        .unwrap();
    client.notification("mediasoup-version").await;
    client.join("x").await;
    certificate
}

/// Trusts everybody, as a person does who goes past the warning.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        tokio_rustls::rustls::crypto::aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
