//! The checksum of Ogg pages: CRC-32 with polynomial 0x04c11db7, not reflected, from zero (RFC 3533, section 6).

const POLYNOMIAL: u32 = 0x04c1_1db7;

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0u32;
    #[expect(
        clippy::indexing_slicing,
        reason = "a constant: it is checked when it is compiled"
    )]
    while index < 256 {
        let mut value = index << 24;
        let mut bit = 0;
        while bit < 8 {
            let carry = value >> 31;
            value = (value << 1) ^ (carry * POLYNOMIAL);
            bit += 1;
        }
        table[index as usize] = value;
        index += 1;
    }
    table
};

/// Goes on with a checksum over more bytes.
pub(crate) fn ogg_crc(crc: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(crc, |crc, byte| {
        let [high, ..] = crc.to_be_bytes();
        let entry = TABLE.get(usize::from(high ^ byte));
        (crc << 8) ^ entry.copied().unwrap_or(0)
    })
}
