//! Where randomness comes from: the operating system, and nowhere else.

use payproof::payment::{Nonce, WriteMark};

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// So many random bytes.
///
/// # Errors
/// [`NoRandomness`].
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A mark for one write.
///
/// # Errors
/// [`NoRandomness`].
pub fn write_mark() -> Result<WriteMark, NoRandomness> {
    bytes().map(WriteMark)
}

/// A nonce for one reservation.
///
/// # Errors
/// [`NoRandomness`].
pub fn nonce() -> Result<Nonce, NoRandomness> {
    bytes().map(Nonce)
}

/// A token of 43 letters and digits: about 256 bits.
///
/// # Errors
/// [`NoRandomness`].
pub fn token() -> Result<String, NoRandomness> {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut token = String::with_capacity(43);
    while token.len() < 43 {
        // Bytes of 248 and more are thrown away: 62 divides 248, so each letter is as likely as any other.
        for byte in bytes::<64>()?.into_iter().filter(|byte| *byte < 248).take(43 - token.len()) {
            token.extend(LETTERS.get(usize::from(byte % 62)).map(|letter| char::from(*letter)));
        }
    }
    Ok(token)
}
