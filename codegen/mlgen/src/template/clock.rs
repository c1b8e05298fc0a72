//! Windows of maintenance, which clouds state in UTC, as people elsewhere read them.

const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MINUTES_OF_DAY: i64 = 24 * 60;

/// `03:00-04:00` or `sun:04:00-sun:05:00`, some hours later; a day is written out once where it does not change.
pub(super) fn shift(window: &str, hours: i64) -> Result<String, String> {
    let ends = window.split_once('-').and_then(|(from, to)| Some((read(from)?, read(to)?)));
    let Some((from, to)) = ends else {
        return Err(format!("`{window}` is no window such as 03:00-04:00 or sun:04:00-sun:05:00"));
    };
    let (from, to) = (from.later(hours * 60), to.later(hours * 60));
    Ok(match (from.day, to.day) {
        (Some(a), Some(b)) if a != b => format!("{}-{}", from.text(true), to.text(true)),
        _ => format!("{}-{}", from.text(true), to.text(false)),
    })
}

#[derive(Clone, Copy)]
struct Moment {
    day: Option<i64>,
    minute: i64,
}

fn read(text: &str) -> Option<Moment> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let (day, hour, minute) = match parts.as_slice() {
        [hour, minute] => (None, hour, minute),
        [day, hour, minute] => {
            let short = |name: &&&str| name[..3].eq_ignore_ascii_case(day);
            let at = DAYS.iter().position(|name| short(&name))?;
            (Some(i64::try_from(at).ok()?), hour, minute)
        }
        _ => return None,
    };
    let number = |text: &str, most: i64| text.parse().ok().filter(|it| (0..=most).contains(it));
    Some(Moment { day, minute: number(hour, 24)? * 60 + number(minute, 59)? })
}

impl Moment {
    fn later(self, minutes: i64) -> Self {
        let minute = self.minute + minutes;
        let days = minute.div_euclid(MINUTES_OF_DAY);
        let day = self.day.map(|day| (day + days).rem_euclid(7));
        Self { day, minute: minute.rem_euclid(MINUTES_OF_DAY) }
    }

    fn text(self, with_day: bool) -> String {
        let time = format!("{:02}:{:02}", self.minute / 60, self.minute % 60);
        let day =
            self.day.filter(|_| with_day).and_then(|day| DAYS.get(usize::try_from(day).ok()?));
        match day {
            Some(day) => format!("{day} {time}"),
            None => time,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_move() {
        for (window, hours, expected) in [
            ("03:00-04:00", 0, "03:00-04:00"),
            ("03:00-04:00", 9, "12:00-13:00"),
            ("20:30-21:30", 5, "01:30-02:30"),
            ("sun:04:00-sun:05:00", 0, "Sunday 04:00-05:00"),
            ("sun:04:00-sun:05:00", 9, "Sunday 13:00-14:00"),
            ("sat:20:00-sat:21:00", 9, "Sunday 05:00-06:00"),
            ("sun:00:30-sun:01:30", -1, "Saturday 23:30-Sunday 00:30"),
        ] {
            assert_eq!(shift(window, hours).as_deref(), Ok(expected));
        }
        let error = "`noon` is no window such as 03:00-04:00 or sun:04:00-sun:05:00";
        assert_eq!(shift("noon", 1), Err(error.to_owned()));
    }
}
