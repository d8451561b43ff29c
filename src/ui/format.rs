//! Numbers and dates as the person's browser writes them.

pub(super) use platform::Formats;

impl Formats {
    /// A DICOM date (DA, PS3.5 §6.2), `YYYYMMDD` or the older `YYYY.MM.DD`; anything else as it stands.
    pub(super) fn date(&self, value: &str) -> String {
        parse(value).map_or_else(|| value.to_owned(), |(year, month, day)| self.day(year, month, day))
    }
}

fn parse(value: &str) -> Option<(u32, u32, u32)> {
    let digits: String = match value.len() {
        8 => value.to_owned(),
        10 => {
            let mut parts = value.split('.');
            let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
            if (year.len(), month.len(), day.len()) != (4, 2, 2) {
                return None;
            }
            [year, month, day].concat()
        }
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (year > 0 && (1..=last).contains(&day)).then_some((year, month, day))
}

#[cfg(target_arch = "wasm32")]
mod platform {
    use js_sys::{Array, Date, Function, Intl, Object, Reflect};
    use wasm_bindgen::JsValue;

    use super::plain;

    /// Made once, as that costs a hundred times what using them does.
    pub(in crate::ui) struct Formats {
        locales: Array,
        numbers: [Function; 2],
        dates: Function,
        plurals: Intl::PluralRules,
    }

    impl Formats {
        /// Those of a language, named as BCP 47 has it.
        pub(in crate::ui) fn of(tag: &str) -> Self {
            let locales = Array::of1(&tag.into());
            let number = |decimals: u8| {
                let options = options(&[("maximumFractionDigits", decimals.into())]);
                Intl::NumberFormat::new(&locales, &options).format()
            };
            let day = [
                ("weekday", "short".into()),
                ("year", "numeric".into()),
                ("month", "short".into()),
                ("day", "numeric".into()),
                ("timeZone", "UTC".into()),
            ];
            Self {
                numbers: [number(0), number(1)],
                dates: Intl::DateTimeFormat::new(&locales, &options(&day)).format(),
                plurals: Intl::PluralRules::new(&locales, &Object::new()),
                locales,
            }
        }

        /// How many days ago a moment was, in milliseconds since 1970.
        pub(in crate::ui) fn day_of(&self, moment: u64) -> String {
            let days = day(Date::now()) - day(moment as f64);
            let auto = options(&[("numeric", "auto".into())]);
            Intl::RelativeTimeFormat::new(&self.locales, &auto).format(-days, "day").into()
        }

        /// A number of 0 or more, with at most `decimals` digits (0 or 1) behind the point.
        pub(in crate::ui) fn number(&self, value: f64, decimals: u8) -> String {
            let [whole, tenths] = &self.numbers;
            let format = if decimals == 0 { whole } else { tenths };
            call(format, value).unwrap_or_else(|| plain::number(value, decimals))
        }

        /// The plural category (CLDR) of a whole number.
        pub(in crate::ui) fn plural(&self, n: usize) -> String {
            self.plurals.select(n as f64).into()
        }

        pub(super) fn day(&self, year: u32, month: u32, day: u32) -> String {
            // `Date.UTC` takes the years 0 to 99 for 1900 to 1999; no study is that old.
            #[expect(clippy::cast_possible_wrap, reason = "a month is at most 12")]
            let midnight = Date::utc(f64::from(year), f64::from(month as i32 - 1));
            let midnight = midnight + f64::from(day - 1) * 86_400_000.0;
            call(&self.dates, midnight).unwrap_or_else(|| plain::date(year, month, day))
        }
    }

    /// The number of the person's day.
    fn day(moment: f64) -> f64 {
        let date = Date::new(&moment.into());
        ((moment - date.get_timezone_offset() * 60_000.0) / 86_400_000.0).floor()
    }

    fn options(pairs: &[(&str, JsValue)]) -> Object {
        let object = Object::new();
        for (key, value) in pairs {
            // Setting a property of a fresh plain object does not fail.
            let _ = Reflect::set(&object, &JsValue::from_str(key), value);
        }
        object
    }

    fn call(format: &Function, value: f64) -> Option<String> {
        format.call1(&JsValue::UNDEFINED, &value.into()).ok()?.as_string()
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod platform {
    use super::plain;

    /// Those of English.
    pub(in crate::ui) struct Formats;

    impl Formats {
        pub(in crate::ui) fn of(_: &str) -> Self {
            Self
        }

        pub(in crate::ui) fn number(&self, value: f64, decimals: u8) -> String {
            plain::number(value, decimals)
        }

        pub(in crate::ui) fn plural(&self, n: usize) -> String {
            if n == 1 { "one" } else { "other" }.to_owned()
        }

        /// There is no calendar here.
        pub(in crate::ui) fn day_of(&self, _: u64) -> String {
            "today".to_owned()
        }

        pub(super) fn day(&self, year: u32, month: u32, day: u32) -> String {
            plain::date(year, month, day)
        }
    }
}

/// Without a browser, or should `Intl` fail: digits in groups of three, dates by ISO 8601.
mod plain {
    // In whole numbers: the formatting of floats alone weighs 12 KB of WebAssembly.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes, counts and times")]
    pub(super) fn number(value: f64, decimals: u8) -> String {
        let fine = 10_u64.pow(u32::from(decimals));
        let units = (value * fine as f64).round() as u64;
        let digits = (units / fine).to_string();
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        match units % fine {
            0 => text,
            tenths => format!("{text}.{tenths}"),
        }
    }

    pub(super) fn date(year: u32, month: u32, day: u32) -> String {
        format!("{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_lose_trailing_noughts() {
        assert_eq!(Formats::of("").number(0.0, 0), "0");
        assert_eq!(Formats::of("").number(999.0, 0), "999");
        assert_eq!(Formats::of("").number(1240.0, 0), "1,240");
        assert_eq!(Formats::of("").number(1_234_567.0, 0), "1,234,567");
        assert_eq!(Formats::of("").number(8.1, 1), "8.1");
        assert_eq!(Formats::of("").number(8.04, 1), "8");
    }

    #[test]
    fn dates_that_are_none_stand_as_they_are() {
        assert_eq!(Formats::of("").date("20240115"), "2024-01-15");
        assert_eq!(Formats::of("").date("2024.01.15"), "2024-01-15");
        assert_eq!(Formats::of("").date("20240229"), "2024-02-29");
        for odd in ["", "2023", "20230229", "20241301", "20240100", "2024-01-15", "2024011x", "２０２４０１"]
        {
            assert_eq!(Formats::of("").date(odd), odd);
        }
    }
}
