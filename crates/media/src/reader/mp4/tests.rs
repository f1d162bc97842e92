use std::io::Cursor;

use crate::{MediaError, Reader};

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).unwrap();
    [&len.to_be_bytes()[..], kind, body].concat()
}

/// A box of 32-bit numbers.
fn table(kind: &[u8; 4], fields: &[u32]) -> Vec<u8> {
    let body: Vec<u8> = fields
        .iter()
        .flat_map(|field| field.to_be_bytes())
        .collect();
    boxed(kind, &body)
}

/// A track of VP8 at 10 ticks per second with these tables.
fn trak(id: u32, tables: &[Vec<u8>]) -> Vec<u8> {
    let entry = boxed(b"vp08", &[0; 78]);
    let stsd = boxed(
        b"stsd",
        &[&[0, 0, 0, 0, 0, 0, 0, 1], entry.as_slice()].concat(),
    );
    let stbl = boxed(b"stbl", &[stsd, tables.concat()].concat());
    let hdlr = boxed(b"hdlr", b"\0\0\0\0\0\0\0\0vide");
    let mdhd = table(b"mdhd", &[0, 0, 0, 10, 0, 0]);
    let mdia = boxed(b"mdia", &[mdhd, hdlr, boxed(b"minf", &stbl)].concat());
    boxed(b"trak", &[table(b"tkhd", &[0, 0, 0, id]), mdia].concat())
}

fn file(parts: &[Vec<u8>]) -> Vec<u8> {
    [boxed(b"ftyp", b"isom\0\0\0\0"), parts.concat()].concat()
}

fn open(bytes: Vec<u8>) -> Result<Reader, MediaError> {
    Reader::open(Cursor::new(bytes))
}

/// Tables of `sizes` in one chunk that begins at `offset`.
fn tables(offset: u32, sizes: &[u32]) -> [Vec<u8>; 4] {
    let count = u32::try_from(sizes.len()).unwrap();
    [
        table(b"stsz", &[&[0, 0, count][..], sizes].concat()),
        table(b"stsc", &[0, 1, 1, count, 1]),
        table(b"stco", &[0, 1, offset]),
        table(b"stts", &[0, 1, count, 2]),
    ]
}

#[test]
fn frames_are_found_by_the_tables() {
    let mdat = boxed(b"mdat", &[0x10, 1, 2, 0x11, 3]);
    // Behind the head of the file and that of the data.
    let moov = boxed(b"moov", &trak(1, &tables(24, &[3, 2])));
    let mut reader = open(file(&[mdat, moov])).unwrap();
    let mut next = || reader.next_frame().unwrap();
    let (first, second) = (next().unwrap(), next().unwrap());
    assert_eq!((first.data, second.data), (vec![0x10, 1, 2], vec![0x11, 3]));
    assert_eq!((first.pts.as_millis(), second.pts.as_millis()), (0, 200));
    assert_eq!(next(), None);
}

#[test]
fn numbers_of_frames_that_the_file_cannot_hold_are_refused() {
    let stsz = table(b"stsz", &[0, 1, u32::MAX]);
    let [_, stsc, stco, stts] = tables(0, &[]);
    let moov = boxed(b"moov", &trak(1, &[stsz, stsc, stco, stts]));
    let refused = open(file(&[moov])).err().unwrap().to_string();
    assert!(
        refused.contains("claims more data than the file has"),
        "{refused}"
    );
}

#[test]
fn runs_of_empty_frames_do_not_fill_the_memory() {
    let moov = |mvex: &[u8]| {
        let empty = tables(0, &[]);
        boxed(b"moov", &[trak(1, &empty), boxed(b"mvex", mvex)].concat())
    };
    let run = table(b"trun", &[0, u32::MAX]);
    let traf = boxed(b"traf", &[table(b"tfhd", &[0, 1]), run].concat());
    let moof = boxed(b"moof", &traf);
    let mut reader = open(file(&[moov(&[]), moof])).unwrap();
    let refused = reader.next_frame().err().unwrap().to_string();
    assert!(
        refused.contains("a fragment's description is wrong"),
        "{refused}"
    );
}

#[test]
fn data_that_is_not_there_is_reported_where_the_file_ends() {
    let moov = boxed(b"moov", &trak(1, &tables(5_000, &[3])));
    let mut reader = open(file(&[moov])).unwrap();
    assert!(matches!(
        reader.next_frame(),
        Err(MediaError::Truncated { .. })
    ));
}
