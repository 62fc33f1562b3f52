//! Typed views of the events that the domain uses: a struct per event, with units and enumerations in the types.
//!
//! A view is declared with the dictionary's names; the tests compare every declaration with the dictionary (each field there
//! once, type and unit right). Views convert both ways: `from_event` reads, `to_builder` writes.
//!
//! `from_event` is `None` for another event and for a JSON event that lacks a field which every such event has had so far.
//! Fields that are known to be absent from some uploads are `Option`s.

mod alerts;
mod basal;
mod bolus;
mod cgm;
mod cgm_reading;
mod device;

pub use alerts::*;
pub use basal::*;
pub use bolus::*;
pub use cgm::*;
pub use cgm_reading::{CgmReading, CgmStatus};
pub use device::*;

use crate::PumpTime;
use crate::field::Value;
use crate::labels::{self, BitMask, Labelled};
use crate::units::{self, Unit};

/// A type that a field of an event can be read as.
pub trait FieldValue: Sized {
    /// The dictionary's unit of the fields that this type is for.
    const UNIT: Option<&'static str> = None;
    /// Whether the type has a value for an absent field.
    const OPTIONAL: bool = false;

    /// Reads a field; `None` if it is absent or of another type.
    fn read(value: Option<Value>) -> Option<Self>;

    /// The value to write; `None` leaves the field zero.
    fn write(&self) -> Option<Value>;
}

/// One field of a view, for comparison with the dictionary.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub struct ViewField {
    /// The dictionary's name.
    pub name: &'static str,
    /// The unit of the field's type.
    pub unit: Option<&'static str>,
    /// Whether the view takes the field's absence.
    pub optional: bool,
}

/// What all views have.
pub trait View: Sized {
    /// The kind of event.
    const CODE: crate::EventCode;
    /// The fields in dictionary order.
    const FIELDS: &'static [ViewField];

    /// Reads the view; `None` for another kind of event, or where a field is absent that always should be there.
    fn from_event(event: &crate::Event) -> Option<Self>;

    /// Begins an event with the view's values; absent optional fields become zero.
    ///
    /// # Errors
    ///
    /// A value is wider than its field.
    fn to_builder(&self) -> Result<crate::EventBuilder, crate::BuildError>;
}

macro_rules! view {
    ($(#[$doc:meta])* $name:ident($code:literal) { $($(#[$field_doc:meta])* $field:ident: $type:ty = $dictionary:literal,)* }) => {
        $(#[$doc])*
        #[doc = concat!("\n\nEvent ", $code, ".")]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(
                #[doc = concat!("`", $dictionary, "` of the dictionary.")]
                $(#[$field_doc])*
                pub $field: $type,
            )*
        }

        impl $name {
            /// The kind of event.
            pub const CODE: crate::EventCode = crate::EventCode($code);

            /// Reads the view: see [`View::from_event`](crate::views::View::from_event).
            #[must_use]
            pub fn from_event(event: &crate::Event) -> Option<Self> {
                static POSITIONS: std::sync::OnceLock<Vec<usize>> = std::sync::OnceLock::new();
                if event.header().code != Self::CODE {
                    return None;
                }
                let positions = POSITIONS.get_or_init(crate::views::positions::<Self>);
                let mut values = positions.iter().map(|&position| event.value_at(position));
                Some(Self { $($field: crate::views::FieldValue::read(values.next()?)?,)* })
            }

            /// Begins an event with the view's values: see [`View::to_builder`](crate::views::View::to_builder).
            ///
            /// # Errors
            ///
            /// A value is wider than its field.
            pub fn to_builder(&self) -> Result<crate::EventBuilder, crate::BuildError> {
                let builder = crate::Event::build(Self::CODE);
                $(
                    let builder = match crate::views::FieldValue::write(&self.$field) {
                        Some(value) => builder.set($dictionary, value)?,
                        None => builder,
                    };
                )*
                Ok(builder)
            }
        }

        impl crate::views::View for $name {
            const CODE: crate::EventCode = Self::CODE;
            const FIELDS: &'static [crate::views::ViewField] = &[$(crate::views::ViewField {
                name: $dictionary,
                unit: <$type as crate::views::FieldValue>::UNIT,
                optional: <$type as crate::views::FieldValue>::OPTIONAL,
            }),*];

            fn from_event(event: &crate::Event) -> Option<Self> {
                Self::from_event(event)
            }

            fn to_builder(&self) -> Result<crate::EventBuilder, crate::BuildError> {
                self.to_builder()
            }
        }
    };
}
use view;

/// Where the view's fields are in the dictionary's list; a name that is not there gets a position that has no field.
fn positions<V: View>() -> Vec<usize> {
    let layout = crate::Dictionary::event(V::CODE);
    let position = |field: &ViewField| layout.and_then(|layout| layout.index(field.name)).unwrap_or(usize::MAX);
    V::FIELDS.iter().map(position).collect()
}

impl<T: FieldValue> FieldValue for Option<T> {
    const UNIT: Option<&'static str> = T::UNIT;
    const OPTIONAL: bool = true;

    fn read(value: Option<Value>) -> Option<Self> {
        match value {
            None => Some(None),
            value => T::read(value).map(Some),
        }
    }

    fn write(&self) -> Option<Value> {
        self.as_ref()?.write()
    }
}

impl FieldValue for bool {
    fn read(value: Option<Value>) -> Option<Self> {
        Some(value?.as_unsigned()? != 0)
    }

    fn write(&self) -> Option<Value> {
        Some((*self).into())
    }
}

impl FieldValue for PumpTime {
    const UNIT: Option<&'static str> = Some("s");

    fn read(value: Option<Value>) -> Option<Self> {
        value?.as_unsigned().map(Self::from_seconds)
    }

    fn write(&self) -> Option<Value> {
        Some(self.seconds().into())
    }
}

macro_rules! plain_fields {
    ($($number:ty),*) => {$(
        impl FieldValue for $number {
            fn read(value: Option<Value>) -> Option<Self> {
                value?.as_i64()?.try_into().ok()
            }

            fn write(&self) -> Option<Value> {
                Some((*self).into())
            }
        }
    )*};
}
plain_fields!(u8, u16, u32, i16, i32);

impl FieldValue for f32 {
    fn read(value: Option<Value>) -> Option<Self> {
        Some(value?.as_f64() as Self)
    }

    fn write(&self) -> Option<Value> {
        Some((*self).into())
    }
}

macro_rules! unit_fields {
    ($($unit:ident),*) => {$(
        impl FieldValue for units::$unit {
            const UNIT: Option<&'static str> = Some(<Self as Unit>::UNIT);

            fn read(value: Option<Value>) -> Option<Self> {
                FieldValue::read(value).map(Self)
            }

            fn write(&self) -> Option<Value> {
                self.0.write()
            }
        }
    )*};
}
unit_fields!(
    InsulinUnits,
    WholeInsulinUnits,
    InsulinMilliunits,
    UnitsPerHour,
    MilliunitsPerHour,
    MgPerDl,
    MgPerDlPerUnit,
    TenthsMgPerDlPerMinute,
    Grams,
    MilligramsPerUnit,
    Minutes,
    Days,
    Seconds,
    TransmitterTime,
    UnixWallClock,
    Milliseconds,
    FractionalMilliseconds,
    Percent,
    Millivolts,
    Milliamperes,
    MilliampereHours,
    DecibelMilliwatts,
    Counts,
    Weight
);

macro_rules! label_fields {
    ($([$($name:ident),*] by $from:path, $to:path;)*) => {$($(
        impl FieldValue for labels::$name {
            fn read(value: Option<Value>) -> Option<Self> {
                value?.as_unsigned().map($from)
            }

            fn write(&self) -> Option<Value> {
                Some($to(*self).into())
            }
        }
    )*)*};
}
label_fields! {
    [
        BasalRateSource, BolusCompletion, BolusDeliveryStatus, BolusSource, BolusRequest, BolusOption, UserMode,
        UserModeRequest, PumpControlMode, SuspendReason, FillCompletion, BgEntry, BgSource, GlucoseStatus, SensorType,
        AcknowledgedBy
    ] by Labelled::from_number, Labelled::number;
    [BasalChange, BolusParts, CgmDataType, EgvInfo] by BitMask::from_mask, BitMask::mask;
}
