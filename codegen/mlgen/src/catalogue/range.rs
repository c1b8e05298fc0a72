//! Ranges of addresses, as Terraform's `cidr` functions take them apart.
//!
//! They read as Go did before 1.17: a leading zero makes no octal number. IPv4 addresses that are written as IPv6 are
//! left to Terraform. Addresses are data here: nothing is connected.

use core::net::{Ipv4Addr, Ipv6Addr};

/// What a function gives: nothing where Terraform knows better, `Err` where it refuses.
type Answer<T> = Result<Option<T>, ()>;

/// `10.0.0.0/16`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// The first address.
    first: u128,
    /// How many bits are the same in all addresses.
    prefix: u32,
    /// How many bits an address has.
    bits: u32,
}

impl Range {
    /// Reads `10.0.0.0/16` or `fd00::/8`.
    pub(super) fn read(text: &str) -> Answer<Self> {
        let (address, prefix) = text.split_once('/').ok_or(())?;
        let prefix = decimal(prefix).ok_or(())?;
        let (address, bits) = match ipv4(address) {
            Some(address) => (u128::from(address.to_bits()), 32),
            None => (ipv6(address).ok_or(())?.to_bits(), 128),
        };
        if prefix > bits {
            return Err(());
        }
        let range = Self { first: address & !ones(bits - prefix), prefix, bits };
        Ok((bits == 32 || !is_mapped(range.first)).then_some(range))
    }

    /// `cidrnetmask`: `255.255.0.0`
    pub(super) fn netmask(self) -> Result<String, ()> {
        if self.bits != 32 {
            return Err(());
        }
        Ok(shown(ones(32) & !ones(32 - self.prefix), 32))
    }

    /// `cidrhost`: the address of this number; one below zero counts from the end.
    pub(super) fn host(self, number: i64) -> Answer<String> {
        let last = ones(self.bits - self.prefix);
        let distance = if number < 0 { -i128::from(number) - 1 } else { i128::from(number) };
        let distance = distance.unsigned_abs();
        if distance > last {
            return Err(());
        }
        let host = self.first | if number < 0 { last - distance } else { distance };
        Ok((self.bits == 32 || !is_mapped(host)).then(|| shown(host, self.bits)))
    }

    /// `cidrsubnet`: the range of this number among those with so many bits more.
    pub(super) fn subnet(self, more: i64, number: i64) -> Answer<String> {
        let (Ok(more), Ok(number)) = (u32::try_from(more), u128::try_from(number)) else {
            return Ok(None);
        };
        let prefix = self.prefix.checked_add(more);
        let prefix = prefix.filter(|prefix| *prefix <= self.bits).ok_or(())?;
        if number > ones(more.min(64)) {
            return Err(());
        }
        let first = self.first | number.checked_shl(self.bits - prefix).unwrap_or_default();
        let known = self.bits == 32 || !is_mapped(first);
        Ok(known.then(|| format!("{}/{prefix}", shown(first, self.bits))))
    }
}

/// A number with so many ones at its end.
fn ones(bits: u32) -> u128 {
    u128::MAX.checked_shr(128 - bits).unwrap_or_default()
}

/// Whether an IPv6 address stands for one of IPv4.
fn is_mapped(address: u128) -> bool {
    address >> 32 == 0xffff
}

fn shown(address: u128, bits: u32) -> String {
    match u32::try_from(address) {
        Ok(address) if bits == 32 => Ipv4Addr::from_bits(address).to_string(),
        _ => Ipv6Addr::from_bits(address).to_string(),
    }
}

/// Digits and nothing else, with any number of zeros before.
fn decimal(text: &str) -> Option<u32> {
    let is_decimal = !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    if is_decimal { without_zeros(text).parse().ok() } else { None }
}

fn without_zeros(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => &digits[..digits.len().min(1)],
        rest => rest,
    }
}

fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let parts = text.split('.').map(|part| u8::try_from(decimal(part)?).ok());
    let parts: Vec<u8> = parts.collect::<Option<_>>()?;
    <[u8; 4]>::try_from(parts).ok().map(Ipv4Addr::from)
}

fn ipv6(text: &str) -> Option<Ipv6Addr> {
    let group = |part: &str| match ipv4(part) {
        Some(address) => address.to_string(),
        None => without_zeros(part).to_owned(),
    };
    text.split(':').map(group).collect::<Vec<_>>().join(":").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        for (text, expected) in [
            ("10.0.0.0/8", Ok(Some((10 << 24, 8, 32)))),
            ("10.1.2.3/08", Ok(Some((10 << 24, 8, 32)))),
            ("010.0.0.0/8", Ok(Some((10 << 24, 8, 32)))),
            ("0.0.0.0/0", Ok(Some((0, 0, 32)))),
            ("::/0", Ok(Some((0, 0, 128)))),
            ("fd00::1/128", Ok(Some((0xfd00 << 112 | 1, 128, 128)))),
            ("0fd00:0::/8", Ok(Some((0xfd << 120, 8, 128)))),
            ("::ffff:10.0.0.1/128", Ok(None)),
            ("10.0.0.0", Err(())),
            ("10.0.0/8", Err(())),
            ("10.0.0.256/8", Err(())),
            ("10.0.0.0/33", Err(())),
            ("10.0.0.0/+8", Err(())),
            ("10.0.0.0/8/8", Err(())),
            ("10.0.0.0/", Err(())),
            ("fd00::g/8", Err(())),
            ("fd00::1::/8", Err(())),
            ("", Err(())),
        ] {
            let found = Range::read(text).map(|one| one.map(|it| (it.first, it.prefix, it.bits)));
            assert_eq!(found, expected, "{text}");
        }
    }
}
