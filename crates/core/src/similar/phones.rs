//! Telephone numbers, which people write in many ways.

/// Digits from which on a number may be one of a telephone.
const DIGITS_MIN: usize = 7;

/// Whether two numbers are that of one telephone: the same digits, but for a country or a town before them. +49 30 1234567, 030-1234567.
pub fn are_one(one: &str, other: &str) -> bool {
    let (one, other) = (significant(one), significant(other));
    let (short, long) = if one.len() < other.len() { (&one, &other) } else { (&other, &one) };
    short.len() >= DIGITS_MIN && long.ends_with(&**short)
}

/// Whether so many digits may be a telephone number.
pub fn may_be(digits: &str) -> bool {
    significant(digits).len() >= DIGITS_MIN
}

/// The digits behind the zeros by which a town is dialled from outside.
fn significant(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::are_one;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for (one, other) in [
            ("010-1234-5678", "01012345678"),
            ("+82 10-1234-5678", "010-1234-5678"),
            ("+49 30 1234567", "030 1234567"),
            ("555-123-4567", "(555) 123-4567"),
        ] {
            assert!(are_one(one, other), "{one} {other}");
        }
        for (one, other) in [("010-1234-5678", "010-1234-5679"), ("900", "1900"), ("5", "5")] {
            assert!(!are_one(one, other), "{one} {other}");
        }
    }
}
