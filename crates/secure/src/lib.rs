//! DTLS and SRTP.
