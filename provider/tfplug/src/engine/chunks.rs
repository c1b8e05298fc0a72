//! A state in pieces of a size that both sides have agreed on.

use std::ops::RangeInclusive;

use crate::diag::{Error, Result};

/// The size that Terraform asks for, taken where a host asks for none.
const USUAL: usize = 8 << 20;

/// The largest size that Terraform takes.
const MOST: usize = 128 << 20;

/// The size of a piece, in bytes, that answers what the host asks for.
pub fn agree(asked: i64) -> usize {
    usize::try_from(asked).ok().filter(|size| *size > 0).unwrap_or(USUAL).min(MOST)
}

/// Where a state of `length` bytes is cut: the places of the first and the last byte of each piece. Nothing has no
/// pieces.
pub fn cut(length: usize, size: usize) -> impl Iterator<Item = RangeInclusive<usize>> {
    (0..length).step_by(size.max(1)).map(move |start| start..=length.min(start + size) - 1)
}

/// A state that comes in pieces.
#[derive(Clone, Debug)]
pub struct Joined {
    size: usize,
    total: i64,
    bytes: Vec<u8>,
}

impl Joined {
    /// Nothing yet of a state of `total` bytes, in pieces of at most `size`.
    pub fn new(size: usize, total: i64) -> Self {
        Joined { size, total, bytes: Vec::new() }
    }

    /// Adds the next piece, which says where its first and its last byte belong and how long the whole is.
    pub fn add(&mut self, piece: &[u8], places: Option<(i64, i64)>, total: i64) -> Result<()> {
        let length = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        let start = length(self.bytes.len());
        let expected = (start, start + length(piece.len()) - 1);
        if total != self.total {
            return Err(damaged(&format!(
                "its length was {} bytes and is {total} now",
                self.total
            )));
        }
        if piece.len() > self.size {
            let found = piece.len();
            return Err(damaged(&format!(
                "a piece has {found} bytes, agreed on were {}",
                self.size
            )));
        }
        match places {
            Some(found) if found == expected => {}
            Some((from, to)) => {
                let (start, end) = expected;
                let what = format!("a piece is from {from} to {to}, expected was {start} to {end}");
                return Err(damaged(&what));
            }
            None => return Err(damaged("a piece does not say where it belongs")),
        }
        if expected.1 >= total {
            return Err(damaged(&format!(
                "there is more of it than the {total} bytes that it has"
            )));
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The state, if all of it has come.
    pub fn whole(self) -> Result<Vec<u8>> {
        let found = self.bytes.len();
        if i64::try_from(found).is_ok_and(|found| found == self.total) {
            return Ok(self.bytes);
        }
        Err(damaged(&format!("{found} of {} bytes have come", self.total)))
    }
}

fn damaged(what: &str) -> Error {
    let detail = format!(
        "The state that Terraform sent is not whole, so it is not stored: {what}. Run the command again."
    );
    Error::remote("Damaged state", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_agreed_on() {
        for (asked, agreed) in
            [(8 << 20, 8 << 20), (1, 1), (0, 8 << 20), (-1, 8 << 20), (i64::MAX, 128 << 20)]
        {
            assert_eq!(agree(asked), agreed, "{asked}");
        }
    }

    #[test]
    fn what_is_cut_is_joined_again() {
        for length in [0_usize, 1, 2, 3, 4, 9] {
            let state: Vec<u8> = (0..length).map(|byte| u8::try_from(byte).unwrap()).collect();
            let total = i64::try_from(length).unwrap();
            let mut joined = Joined::new(3, total);
            for places in cut(length, 3) {
                let place = |place: &usize| i64::try_from(*place).unwrap();
                let at = Some((place(places.start()), place(places.end())));
                joined.add(&state[places], at, total).unwrap();
            }
            assert_eq!(joined.whole().unwrap(), state);
        }
        assert_eq!(cut(7, 3).collect::<Vec<_>>(), [0..=2, 3..=5, 6..=6]);
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        type Piece = (&'static [u8], Option<(i64, i64)>, i64);
        let check = |pieces: &[Piece], expected: &str| {
            let mut joined = Joined::new(3, 5);
            let added =
                pieces.iter().try_for_each(|(piece, at, total)| joined.add(piece, *at, *total));
            let error = added.and_then(|()| joined.whole()).unwrap_err().to_string();
            let text = format!(
                "Damaged state: The state that Terraform sent is not whole, so it is not stored: {expected}. Run the \
                 command again."
            );
            assert_eq!(error, text);
        };
        let first: Piece = (&[0; 3], Some((0, 2)), 5);
        check(&[first], "3 of 5 bytes have come");
        check(&[(&[0; 4], Some((0, 3)), 5)], "a piece has 4 bytes, agreed on were 3");
        check(&[first, first], "a piece is from 0 to 2, expected was 3 to 5");
        check(
            &[first, (&[0; 3], Some((3, 5)), 5)],
            "there is more of it than the 5 bytes that it has",
        );
        check(&[first, (&[0; 2], Some((3, 5)), 5)], "a piece is from 3 to 5, expected was 3 to 4");
        check(&[first, (&[0; 2], None, 5)], "a piece does not say where it belongs");
        check(&[first, (&[0; 2], Some((3, 4)), 6)], "its length was 5 bytes and is 6 now");
    }
}
