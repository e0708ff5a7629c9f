//! How the database key lies in its file: open to the file's owner, or under a passphrase.
//!
//! The system's keyring is to come as a third way; until then a desktop uses the owner-only file, which protects against
//! copying `store.db` alone and against other users of the PC, not against somebody who takes the whole folder.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::data_folder::error::{FolderError, FolderResult};
use crate::data_folder::key_file::{DataKey, FILE};

const OWNER_FILE: u8 = 1;
const PASSPHRASE: u8 = 2;

const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
/// The key and Poly1305's tag.
const BOX_BYTES: usize = 32 + 16;
const CONTEXT: &[u8] = b"lienquay data key 1";

/// OWASP's first recommendation for Argon2id is 46 MiB and one pass; a PC of 4 GB has that, and an officer who opens a
/// laptop in the morning can wait for twice as long.
const MEMORY_KIB: u32 = 46 * 1024;
const PASSES: u32 = 2;
/// A key file may ask for this much at most: a damaged one must not eat the memory.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_PASSES: u32 = 64;

/// What protects the key.
#[derive(Clone)]
pub enum KeySeal {
    /// The file's permissions only; for the headless service and desktops.
    OwnerFile,
    /// A passphrase typed at the start; for laptops that leave the house.
    Passphrase(Zeroizing<String>),
}

impl fmt::Debug for KeySeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl KeySeal {
    fn name(&self) -> &'static str {
        match self {
            Self::OwnerFile => "an owner-only file",
            Self::Passphrase(_) => "a passphrase",
        }
    }

    /// The sealed key: kind, then what the kind needs.
    pub(crate) fn seal(&self, key: &DataKey) -> FolderResult<Zeroizing<Vec<u8>>> {
        match self {
            Self::OwnerFile => Ok(Zeroizing::new([&[OWNER_FILE], &key.bytes()[..]].concat())),
            Self::Passphrase(passphrase) => {
                seal_with(passphrase, key, MEMORY_KIB, PASSES).map(Zeroizing::new)
            }
        }
    }

    /// Opens what [`Self::seal`] gave.
    pub(crate) fn open(&self, sealed: &[u8]) -> FolderResult<DataKey> {
        match (sealed.split_first(), self) {
            (Some((&OWNER_FILE, key)), Self::OwnerFile) => {
                DataKey::from_slice(key).ok_or_else(damaged)
            }
            (Some((&PASSPHRASE, sealed)), Self::Passphrase(passphrase)) => {
                open_with(passphrase, sealed)
            }
            (Some((&OWNER_FILE, _)), _) => Err(self.other("an owner-only file")),
            (Some((&PASSPHRASE, _)), _) => Err(self.other("a passphrase")),
            (Some(_), _) => Err(self.other("something this version does not know")),
            (None, _) => Err(damaged()),
        }
    }

    fn other(&self, found: &'static str) -> FolderError {
        FolderError::OtherSeal {
            found,
            offered: self.name(),
        }
    }
}

fn damaged() -> FolderError {
    FolderError::Damaged {
        file: FILE,
        what: "the sealed key has the wrong length".to_owned(),
    }
}

fn seal_with(
    passphrase: &str,
    key: &DataKey,
    memory_kib: u32,
    passes: u32,
) -> FolderResult<Vec<u8>> {
    let mut random = [0; SALT_BYTES + NONCE_BYTES];
    getrandom::fill(&mut random).map_err(FolderError::no_randomness)?;
    let (salt, nonce) = random.split_at(SALT_BYTES);
    let mut sealed = vec![PASSPHRASE];
    sealed.extend(memory_kib.to_be_bytes());
    sealed.extend(passes.to_be_bytes());
    sealed.extend(random);
    let cipher = cipher(passphrase, salt, memory_kib, passes)?;
    let payload = Payload {
        msg: key.bytes(),
        aad: CONTEXT,
    };
    let boxed = cipher
        .encrypt(XNonce::from_slice(nonce), payload)
        .map_err(|_too_long| damaged())?;
    sealed.extend(boxed);
    Ok(sealed)
}

fn open_with(passphrase: &str, sealed: &[u8]) -> FolderResult<DataKey> {
    let (memory_kib, rest) = sealed.split_first_chunk::<4>().ok_or_else(damaged)?;
    let (passes, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
    let (salt, rest) = rest.split_first_chunk::<SALT_BYTES>().ok_or_else(damaged)?;
    let (nonce, boxed) = rest
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or_else(damaged)?;
    let memory_kib = u32::from_be_bytes(*memory_kib);
    let passes = u32::from_be_bytes(*passes);
    if boxed.len() != BOX_BYTES || memory_kib > MAX_MEMORY_KIB || passes > MAX_PASSES {
        return Err(damaged());
    }
    let payload = Payload {
        msg: boxed,
        aad: CONTEXT,
    };
    let key = cipher(passphrase, salt, memory_kib, passes)?
        .decrypt(XNonce::from_slice(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_wrong_tag| FolderError::WrongPassphrase)?;
    DataKey::from_slice(&key).ok_or_else(damaged)
}

fn cipher(
    passphrase: &str,
    salt: &[u8],
    memory_kib: u32,
    passes: u32,
) -> FolderResult<XChaCha20Poly1305> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(|_bad_costs| damaged())?;
    let mut derived = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *derived)
        .map_err(|_bad_input| damaged())?;
    Ok(XChaCha20Poly1305::new(Key::from_slice(&*derived)))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Far below the real cost: unoptimised Argon2 would take seconds.
    const TEST_MEMORY_KIB: u32 = 64;

    fn check(typed: &str, meddle: impl FnOnce(&mut Vec<u8>)) -> FolderResult<DataKey> {
        let key = DataKey::from_slice(&[7; 32]).unwrap();
        let mut sealed = seal_with("hẻm 12 nắng", &key, TEST_MEMORY_KIB, 1).unwrap();
        meddle(&mut sealed);
        KeySeal::Passphrase(Zeroizing::new(typed.to_owned())).open(&sealed)
    }

    #[test]
    fn only_the_passphrase_opens_the_key() {
        assert_eq!(check("hẻm 12 nắng", |_| ()).unwrap().bytes(), &[7; 32]);
        assert!(matches!(
            check("hẻm 12 nắn", |_| ()),
            Err(FolderError::WrongPassphrase)
        ));
        let flipped = check("hẻm 12 nắng", |sealed| *sealed.last_mut().unwrap() ^= 1);
        assert!(matches!(flipped, Err(FolderError::WrongPassphrase)));
    }

    #[test]
    fn a_damaged_seal_is_refused_without_asking_for_its_memory() {
        let short = check("hẻm 12 nắng", |sealed| sealed.truncate(20));
        assert!(matches!(
            short,
            Err(FolderError::Damaged { file: "key", .. })
        ));
        let greedy = check("hẻm 12 nắng", |sealed| sealed[1] = 0xff);
        assert!(matches!(
            greedy,
            Err(FolderError::Damaged { file: "key", .. })
        ));
    }

    #[test]
    fn each_way_of_sealing_refuses_the_others_file() {
        let key = DataKey::from_slice(&[7; 32]).unwrap();
        let open_file = KeySeal::OwnerFile.seal(&key).unwrap();
        let typed = KeySeal::Passphrase(Zeroizing::new("x".to_owned()));
        assert!(matches!(
            typed.open(&open_file),
            Err(FolderError::OtherSeal { .. })
        ));
        assert!(matches!(
            KeySeal::OwnerFile.open(&[PASSPHRASE]),
            Err(FolderError::OtherSeal { .. })
        ));
        assert!(matches!(
            KeySeal::OwnerFile.open(&[9]),
            Err(FolderError::OtherSeal { .. })
        ));
    }
}
