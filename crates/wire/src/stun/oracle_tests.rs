//! Another implementation reads what is written here and writes what is read here.

use std::net::SocketAddr;

use proptest::prelude::*;
use stun_types::attribute::{
    AttributeType as TheirType, ErrorCode as TheirErrorCode, RawAttribute, Username,
    XorMappedAddress,
};
use stun_types::message::{
    BINDING, IntegrityAlgorithm, Message as TheirMessage, MessageClass,
    MessageIntegrityCredentials, MessageType, MessageWrite, MessageWriteExt, MessageWriteVec,
    ShortTermCredentials, TransactionId as TheirId,
};

use super::*;

const PASSWORD: &str = "0123456789abcdefghijklmnopqrstuv";

fn their_credentials() -> MessageIntegrityCredentials {
    ShortTermCredentials::new(PASSWORD.to_owned()).into()
}

fn our_key() -> IntegrityKey {
    IntegrityKey::new(PASSWORD.as_bytes())
}

fn their_id(id: TransactionId) -> TheirId {
    let mut bytes = [0; 16];
    bytes[4..].copy_from_slice(&id.0);
    u128::from_be_bytes(bytes).into()
}

/// An attribute of theirs, by number.
fn raw<'a>(message: &'a TheirMessage<'_>, kind: AttributeType) -> Option<Vec<u8>> {
    let attribute: Option<RawAttribute<'a>> = message.raw_attribute(TheirType::new(kind.0));
    attribute.map(|attribute| attribute.value.to_vec())
}

fn addresses() -> impl Strategy<Value = SocketAddr> {
    prop_oneof![
        (any::<[u8; 4]>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::from((ip, port))),
        (any::<[u8; 16]>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::from((ip, port))),
    ]
}

fn roles() -> impl Strategy<Value = IceRole> {
    prop_oneof![
        any::<u64>().prop_map(IceRole::Controlling),
        any::<u64>().prop_map(IceRole::Controlled)
    ]
}

proptest! {
    #[test]
    fn requests_are_read_by_the_other_implementation(
        id in any::<[u8; 12]>(), username in "[a-z0-9:]{1,80}", priority in any::<u32>(), role in roles(),
        use_candidate in any::<bool>(), nomination in any::<Option<u32>>(),
    ) {
        let transaction_id = TransactionId(id);
        let request =
            BindingRequest { transaction_id, username: username.as_bytes(), priority, role, use_candidate, nomination };
        let mut out = [0; 1024];
        let len = request.write(&mut out, &our_key()).unwrap();

        let theirs = TheirMessage::from_bytes(&out[..len]).unwrap();
        prop_assert!(theirs.class() == MessageClass::Request && theirs.method() == BINDING);
        prop_assert_eq!(theirs.transaction_id(), their_id(transaction_id));
        prop_assert!(theirs.validate_integrity(&their_credentials()).is_ok());
        let seen = theirs.attribute::<Username>().unwrap();
        prop_assert_eq!(seen.username(), username.as_str());
        prop_assert_eq!(raw(&theirs, AttributeType::PRIORITY), Some(priority.to_be_bytes().to_vec()));
        prop_assert_eq!(raw(&theirs, AttributeType::USE_CANDIDATE).is_some(), use_candidate);
        prop_assert_eq!(raw(&theirs, AttributeType::NOMINATION), nomination.map(|value| value.to_be_bytes().to_vec()));
        let (kind, tie) = match role {
            IceRole::Controlling(tie) => (AttributeType::ICE_CONTROLLING, tie),
            IceRole::Controlled(tie) => (AttributeType::ICE_CONTROLLED, tie),
        };
        prop_assert_eq!(raw(&theirs, kind), Some(tie.to_be_bytes().to_vec()));
    }

    #[test]
    fn success_responses_are_read_by_the_other_implementation(id in any::<[u8; 12]>(), mapped in addresses()) {
        let transaction_id = TransactionId(id);
        let mut out = [0; BindingSuccess::MAX_LEN];
        let len = BindingSuccess { transaction_id, mapped }.write(&mut out, &our_key()).unwrap();

        let theirs = TheirMessage::from_bytes(&out[..len]).unwrap();
        prop_assert_eq!(theirs.class(), MessageClass::Success);
        prop_assert!(theirs.validate_integrity(&their_credentials()).is_ok());
        let address = theirs.attribute::<XorMappedAddress>().unwrap().addr(theirs.transaction_id());
        prop_assert_eq!(address, mapped);
    }

    #[test]
    fn error_responses_are_read_by_the_other_implementation(id in any::<[u8; 12]>(), number in 300_u16..700) {
        let code = ErrorCode::new(number).unwrap();
        let mut out = [0; BindingError::LEN];
        let error = BindingError { method: Method::BINDING, transaction_id: TransactionId(id), code };
        let len = error.write(&mut out).unwrap();

        let theirs = TheirMessage::from_bytes(&out[..len]).unwrap();
        prop_assert_eq!(theirs.class(), MessageClass::Error);
        prop_assert_eq!(theirs.attribute::<TheirErrorCode>().unwrap().code(), number);
    }

    #[test]
    fn messages_of_the_other_implementation_are_read(
        id in any::<[u8; 12]>(), username in "[a-z0-9:]{1,80}", mapped in addresses(), number in 300_u16..700,
    ) {
        let transaction_id = TransactionId(id);
        let kind = MessageType::from_class_method(MessageClass::Request, BINDING);
        let mut theirs = TheirMessage::builder(kind, their_id(transaction_id), MessageWriteVec::new());
        theirs.add_attribute(&Username::new(&username).unwrap()).unwrap();
        theirs.add_attribute(&XorMappedAddress::new(mapped, their_id(transaction_id))).unwrap();
        theirs.add_attribute(&TheirErrorCode::builder(number).reason("any").build().unwrap()).unwrap();
        theirs.add_message_integrity(&their_credentials(), IntegrityAlgorithm::Sha1).unwrap();
        theirs.add_fingerprint().unwrap();
        let bytes = theirs.finish();

        let message = Message::parse(&bytes).unwrap();
        prop_assert_eq!((message.class, message.transaction_id), (Class::Request, transaction_id));
        prop_assert!(message.has_fingerprint() && message.verify_integrity(&our_key()));
        let expected = Attributes {
            username: Some(username.as_bytes()),
            xor_mapped_address: Some(mapped),
            error_code: ErrorCode::new(number),
            ..Attributes::default()
        };
        prop_assert_eq!(message.attributes, expected);
    }
}
