//! H.264's `profile-level-id` (RFC 6184, section 8.1): which profile, up to which level.

use std::cmp::Ordering;

use crate::CodecParameters;

const NAME: &str = "profile-level-id";

/// What a side without the parameter is taken to mean: constrained baseline, level 3.1, as browsers do.
const DEFAULT: ProfileLevelId = ProfileLevelId {
    profile: Profile::ConstrainedBaseline,
    level: Level(31),
};

/// The `profile-level-id` with which the local side answers the remote one; none where neither has any.
/// `None` when one cannot be understood or the profiles differ.
pub(crate) fn answer_profile_level_id(
    local: &CodecParameters,
    remote: &CodecParameters,
) -> Option<Option<String>> {
    let (ours, theirs) = (ProfileLevelId::of(local)?, ProfileLevelId::of(remote)?);
    if ours.profile != theirs.profile {
        return None;
    }
    if local.get(NAME).is_none() && remote.get(NAME).is_none() {
        return Some(None);
    }
    let asymmetric = allows_asymmetry(local) && allows_asymmetry(remote);
    let level = if asymmetric {
        ours.level
    } else {
        ours.level.min(theirs.level)
    };
    ProfileLevelId { level, ..ours }.to_text().map(Some)
}

fn allows_asymmetry(parameters: &CodecParameters) -> bool {
    parameters.int("level-asymmetry-allowed") == Some(1)
}

/// Profiles that one decoder tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    ConstrainedBaseline,
    Baseline,
    Main,
    ConstrainedHigh,
    High,
    PredictiveHigh444,
}

/// A level times ten; 1b, which lies between 1 and 1.1, is [`Level::ONE_B`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level(u8);

impl Level {
    /// No level is called so; its place in the order is [`Level::rank`]'s doing.
    const ONE_B: Self = Self(0);

    /// `level_idc`s that exist (ITU-T H.264, table A-1).
    const KNOWN: [u8; 16] = [
        10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52,
    ];

    const fn rank(self) -> u16 {
        match self {
            Self::ONE_B => 105,
            Self(level) => level as u16 * 10,
        }
    }

    fn min(self, other: Self) -> Self {
        match self.rank().cmp(&other.rank()) {
            Ordering::Greater => other,
            Ordering::Less | Ordering::Equal => self,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ProfileLevelId {
    profile: Profile,
    level: Level,
}

impl ProfileLevelId {
    fn of(parameters: &CodecParameters) -> Option<Self> {
        match parameters.get(NAME) {
            None => Some(DEFAULT),
            Some(value) => Self::parse(value.as_text()?),
        }
    }

    /// Six hexadecimal digits: `profile_idc`, the constraint flags, `level_idc`.
    fn parse(text: &str) -> Option<Self> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, idc, flags, level] = u32::from_str_radix(text, 16).ok()?.to_be_bytes();
        let profile = Self::profile(idc, flags)?;
        let has_one_b = Self::one_b(profile).is_some();
        // Constraint flag 3 turns level 1.1 into 1b where the profile has it.
        let level = match level {
            11 if has_one_b && flags & 0x10 != 0 => Level::ONE_B,
            known if Level::KNOWN.contains(&known) => Level(known),
            _ => return None,
        };
        Some(Self { profile, level })
    }

    /// RFC 6184, table 5: the constraint flags decide as much as `profile_idc`.
    const fn profile(idc: u8, flags: u8) -> Option<Profile> {
        if flags & 0x0f != 0 && !(idc == 0x64 && flags == 0x0c) {
            return None;
        }
        Some(match idc {
            0x42 if flags & 0x40 != 0 => Profile::ConstrainedBaseline,
            0x42 => Profile::Baseline,
            0x4d if flags & 0x80 != 0 => Profile::ConstrainedBaseline,
            0x4d if flags & 0x20 == 0 => Profile::Main,
            0x58 if flags & 0xc0 == 0xc0 => Profile::ConstrainedBaseline,
            0x58 if flags & 0xc0 == 0x80 => Profile::Baseline,
            0x64 if flags == 0 => Profile::High,
            0x64 if flags == 0x0c => Profile::ConstrainedHigh,
            0xf4 if flags == 0 => Profile::PredictiveHigh444,
            _ => return None,
        })
    }

    /// How level 1b is written in a profile that has it.
    const fn one_b(profile: Profile) -> Option<&'static str> {
        match profile {
            Profile::ConstrainedBaseline => Some("42f00b"),
            Profile::Baseline => Some("42100b"),
            Profile::Main => Some("4d100b"),
            Profile::ConstrainedHigh | Profile::High | Profile::PredictiveHigh444 => None,
        }
    }

    fn to_text(self) -> Option<String> {
        if self.level == Level::ONE_B {
            return Self::one_b(self.profile).map(str::to_owned);
        }
        let profile = match self.profile {
            Profile::ConstrainedBaseline => "42e0",
            Profile::Baseline => "4200",
            Profile::Main => "4d00",
            Profile::ConstrainedHigh => "640c",
            Profile::High => "6400",
            Profile::PredictiveHigh444 => "f400",
        };
        Some(format!("{profile}{:02x}", self.level.0))
    }
}

#[cfg(test)]
mod tests;
