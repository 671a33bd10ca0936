//! Text fields: what is written, what is read, and what is lost on the way.

use proptest::prelude::*;
use si::text::{TEXT_MAX, decode, decode_gb2312};
use si::{CharacterSet, Text};

const SETS: [CharacterSet; 3] = [CharacterSet::Utf8, CharacterSet::Ucs2, CharacterSet::Gb2312];

fn field(text: &str, set: CharacterSet) -> Vec<u8> {
    Text::encode(text, set, TEXT_MAX).text.as_bytes().to_vec()
}

#[test]
fn chinese_has_the_published_bytes_in_each_set() {
    let text = "远教";
    assert_eq!(field(text, CharacterSet::Utf8), [0x15, 0xe8, 0xbf, 0x9c, 0xe6, 0x95, 0x99]);
    assert_eq!(field(text, CharacterSet::Ucs2), [0x11, 0x8f, 0xdc, 0x65, 0x59]);
    assert_eq!(field(text, CharacterSet::Gb2312), [0x13, 0xd4, 0xb6, 0xbd, 0xcc]);
    assert_eq!(field(text, CharacterSet::Gb2312Raw), [0xd4, 0xb6, 0xbd, 0xcc]);
}

#[test]
fn ascii_alone_needs_no_selector() {
    for set in SETS {
        assert_eq!(field("EDU 1", set), b"EDU 1");
    }
}

#[test]
fn an_empty_text_is_an_empty_field() {
    for set in SETS {
        assert_eq!(field("", set), []);
        assert!(Text::encode("数学", set, 2).text.as_bytes().is_empty());
    }
    assert_eq!(decode(&[]), "");
}

#[test]
fn what_a_set_lacks_becomes_a_question_mark_and_is_counted() {
    // GBK has both the traditional form and the euro sign, GB-2312-1980 neither.
    let encoded = Text::encode("學习 €", CharacterSet::Gb2312, TEXT_MAX);
    assert_eq!(encoded.replaced, 2);
    assert!(encoded.lossy());
    assert_eq!(encoded.text.decode(), "?习 ?");
    let encoded = Text::encode("𠀀x", CharacterSet::Utf8, TEXT_MAX);
    assert_eq!((encoded.replaced, encoded.text.decode().as_str()), (1, "?x"));
    let encoded = Text::encode("𠀀x", CharacterSet::Ucs2, TEXT_MAX);
    assert_eq!((encoded.replaced, encoded.text.decode().as_str()), (1, "?x"));
}

#[test]
fn a_text_is_cut_between_characters() {
    let encoded = Text::encode("数学课", CharacterSet::Utf8, 9);
    assert_eq!(encoded.text.decode(), "数学");
    assert_eq!(encoded.rest, "课");
    assert_eq!(Text::encode("a数学", CharacterSet::Gb2312, 5).text.decode(), "a数");
    assert_eq!(Text::encode("数学", CharacterSet::Ucs2, 4).text.decode(), "数");
}

#[test]
fn line_breaks_survive_where_the_set_has_them() {
    for (set, read) in [
        (CharacterSet::Utf8, "一\n二"),
        (CharacterSet::Ucs2, "一\n二"),
        (CharacterSet::Gb2312, "一 二"),
    ] {
        assert_eq!(Text::encode("一\n二", set, TEXT_MAX).text.decode(), read);
    }
    assert_eq!(field("a\nb", CharacterSet::Utf8), b"a\x8ab");
    assert_eq!(decode(b"a\x8ab"), "a\nb");
}

#[test]
fn emphasis_is_left_out_when_reading() {
    assert_eq!(decode(b"a\x86b\x87c"), "abc");
    assert_eq!(decode(&[0x11, 0xe0, 0x86, 0x65, 0x70, 0xe0, 0x87]), "数");
    assert_eq!(decode("\u{15}\u{e086}数\u{e087}".as_bytes()), "数");
    assert_eq!(decode(&[0x13, 0xe0, 0x86, 0xca, 0xfd]), "数");
}

#[test]
fn single_byte_tables_are_read_by_their_selector() {
    assert_eq!(decode(&[0x01, 0xb8]), "И");
    assert_eq!(decode(&[0x10, 0x00, 0x05, 0xb8]), "И");
    assert_eq!(decode(&[0x10, 0x00, 0x01, 0xe9]), "é");
    assert_eq!(decode(&[0x05, 0xe9]), "é");
    assert_eq!(decode(&[0x14, 0xbe, 0xc7]), "學");
    assert_eq!(decode(&[0x10]), "\u{fffd}");
    assert_eq!(decode(&[0x1f, 0x01, 0x41]), "\u{fffd}");
}

#[test]
fn damaged_characters_are_shown_as_such() {
    assert_eq!(decode(&[0x11, 0x65, 0x70, 0x65]), "数\u{fffd}");
    assert_eq!(decode(&[0x13, 0xca]), "\u{fffd}");
    assert_eq!(decode(&[0x13, 0xaa, 0xa1]), "\u{fffd}");
    assert_eq!(decode(&[0x15, 0xe6, 0x95]), "\u{fffd}");
    assert_eq!(decode(&[0xd4]), "\u{fffd}");
}

proptest! {
    #[test]
    fn any_text_of_the_plane_survives_utf8_and_ucs2(
        text in proptest::collection::vec(proptest::char::range('\u{a0}', '\u{d7ff}'), 0..150)
    ) {
        let text = String::from_iter(text);
        for set in [CharacterSet::Utf8, CharacterSet::Ucs2] {
            let encoded = Text::encode(&text, set, TEXT_MAX);
            prop_assert_eq!(encoded.replaced, 0);
            prop_assert_eq!(encoded.text.decode() + encoded.rest, text.clone());
        }
    }

    #[test]
    fn any_text_keeps_to_its_room_and_its_length(text: String, room in 0usize..300) {
        for set in [SETS[0], SETS[1], SETS[2], CharacterSet::Gb2312Raw] {
            let encoded = Text::encode(&text, set, room);
            let bytes = encoded.text.as_bytes();
            prop_assert!(bytes.len() <= room.min(TEXT_MAX));
            prop_assert!(text.ends_with(encoded.rest));
            let taken = text.chars().count() - encoded.rest.chars().count();
            let read = match set {
                CharacterSet::Gb2312Raw => decode_gb2312(bytes),
                _ => encoded.text.decode(),
            };
            prop_assert_eq!(read.chars().count(), taken);
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = decode(&bytes);
        let _ = decode_gb2312(&bytes);
    }
}
