//! Words that people write, and what the format calls the same thing: further apart by the letter than any typing error.

/// What is meant, what people write instead, and what else they should know.
const SYNONYMS: [(&str, &[&str], &str); 48] = [
    // Strategies.
    ("unified", &["omnichannel", "single", "one", "shared", "central", "360"], "one profile for all channels"),
    ("siloed", &["multichannel", "silo", "silos", "separate", "split"], "one profile in each channel"),
    ("cascade", &["steps", "sequence", "flow", "journey", "waterfall", "drip"], ""),
    ("blast", &["broadcast", "all", "parallel"], ""),
    ("mix", &["split", "random", "weights"], ""),
    ("preferred", &["best", "best-channel", "next-best"], ""),
    ("extends", &["inherits", "based-on", "parent", "base"], ""),
    ("policies", &["policy", "rules", "guardrails"], ""),
    ("caps", &["frequency-cap", "frequency-caps", "frequency-capping", "limits", "max-messages"], ""),
    ("quiet_hours", &["do-not-disturb", "dnd", "silence", "night"], ""),
    ("arbitration", &["priorities", "conflicts"], ""),
    ("send_time", &["send-at", "timing", "sto"], ""),
    ("holdout", &["control", "control-group"], ""),
    // Steps.
    ("send", &["channel", "channels", "via", "on"], ""),
    ("after", &["wait", "delay", "in"], ""),
    ("ttl", &["expires", "expires-after", "validity", "valid-for", "max-age"], ""),
    ("fallback", &["failover", "else", "backup"], ""),
    ("unless", &["if-not", "skip-if", "stop-if"], ""),
    ("only_if", &["if", "when", "condition", "requires"], ""),
    // Prices.
    ("cost_per_month", &["cost-per-year", "yearly-cost", "annual-cost", "license", "licence"], "a twelfth of a year's"),
    ("cost_per_month", &["monthly-cost", "subscription", "fee", "fixed-cost", "monthly-fee"], ""),
    ("setup_cost", &["one-off-cost", "initial-cost", "setup-fee", "setup"], ""),
    (
        "cost_per_message",
        &["cost", "price", "cpm", "cost-per-send", "price-per-message", "cost-per-1000"],
        "of one message",
    ),
    ("acquisition_cost", &["cac", "cost-per-customer", "cpa"], ""),
    ("discount_rate", &["interest", "interest-rate", "wacc"], "a year's: 10 % is written 0.1"),
    // Rates.
    ("click_rate", &["ctr", "click-through-rate"], "clicked ÷ delivered"),
    ("click_to_open_rate", &["ctor"], "clicked ÷ opened"),
    ("open_rate", &["read-rate", "view-rate", "opens"], "opened ÷ delivered"),
    ("opt_out_rate", &["unsubscribe-rate", "unsubscribes", "stop-rate"], "opt-outs ÷ delivered"),
    ("complaint_rate", &["spam-rate", "spam-complaint-rate", "block-rate"], "complaints ÷ delivered"),
    ("delivery_rate", &["deliverability", "bounce-rate", "bounces"], "delivered ÷ sent: 1 − bounces"),
    ("order_rate", &["conversion-rate", "conversion", "conversions", "cr", "cvr"], "orders ÷ touches"),
    ("opt_in", &["consent", "consents", "subscribed", "permission"], ""),
    ("reply_rate", &["response-rate", "answer-rate"], "replied ÷ opened"),
    // Segments.
    ("dropout", &["churn", "churn-rate", "attrition"], "for example { after-order = 0.05 }"),
    ("gross_margin", &["margin", "contribution-margin"], "gross margin ÷ revenue"),
    ("basket", &["order-value", "aov", "average-order-value", "cart-value"], "for example { fixed = 50 }"),
    ("season", &["seasonality", "seasons"], ""),
    ("needs", &["demand", "need", "purchase-frequency", "frequency"], "for example { every = \"30d\" }"),
    ("share", &["weight", "proportion", "fraction", "size"], ""),
    ("joined", &["acquired", "arrivals", "since"], ""),
    // The scenario.
    ("population", &["customers", "list-size", "audience-size"], ""),
    ("name", &["title"], ""),
    ("horizon", &["duration", "length", "period"], ""),
    ("time_zone", &["tz", "zone"], "IANA names such as \"Europe/Berlin\""),
    // Campaigns.
    ("exit", &["exit-on", "stop-on", "exit-if"], ""),
    ("reentry", &["repeat"], ""),
    ("texts", &["text", "content", "copy", "message"], "by channel: { sms = \"Only today\" }"),
];

/// What is probably meant by a word that is not allowed, if it goes by another name, and what to know about it.
pub(super) fn meant<'a>(found: &str, allowed: &[&'a str]) -> Option<(&'a str, &'static str)> {
    let found = plain(found);
    SYNONYMS.iter().find_map(|&(word, others, note)| {
        let word = allowed.iter().copied().find(|allowed| *allowed == word)?;
        others.iter().any(|other| plain(other) == found).then_some((word, note))
    })
}

/// The longest allowed word with which another one begins, or the only one that begins with it: "tuesday" is far from "tue" by the letter, but nobody means
/// anything else by it.
pub(super) fn begun<'a>(found: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let found = plain(found);
    let begins = |word: &&&str| word.len() >= 3 && found.starts_with(&plain(word));
    let longest = allowed.iter().filter(begins).max_by_key(|word| word.len()).copied();
    // Or cut short: the only allowed word that begins with it.
    let mut cut = allowed.iter().copied().filter(|word| found.len() >= 4 && plain(word).starts_with(&found));
    longest.or_else(|| cut.next().filter(|_| cut.next().is_none()))
}

/// Without what people write differently: capitals, and what joins words.
fn plain(word: &str) -> String {
    // What is longer than any word of the format is none of them.
    word.chars().take(64).filter(|c| !"-_ ".contains(*c)).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_synonym_is_meant_only_where_it_is_allowed() {
        let of = |found: &str, allowed: &[&'static str]| meant(found, allowed).map(|(word, _)| word);
        assert_eq!(of("Multi-Channel", &["unified", "siloed"]), Some("siloed"));
        assert_eq!(of("OmniChannel", &["unified", "siloed"]), Some("unified"));
        assert_eq!(of("Cost per year", &["cost_per_message", "cost_per_month"]), Some("cost_per_month"));
        assert_eq!(of("cost_per_year", &["cost_per_message"]), None);
    }

    #[test]
    fn a_word_may_be_written_out() {
        assert_eq!(begun("Saturday", &["fri", "sat"]), Some("sat"));
        assert_eq!(begun("JANUARY", &["jan", "feb"]), Some("jan"));
        assert_eq!(begun("opt_in_by_channel", &["opt_in", "opt_in_correlation"]), Some("opt_in"));
        assert_eq!(begun("today", &["to", "tue"]), None);
        assert_eq!(begun("order", &["order_rate", "open_rate"]), Some("order_rate"));
        assert_eq!(begun("open", &["open_rate", "open_delay"]), None, "either");
    }

    #[test]
    fn no_synonym_is_told_twice_or_of_itself() {
        for (i, (word, others, _)) in SYNONYMS.iter().enumerate() {
            for other in *others {
                assert_ne!(plain(word), plain(other));
                let twice = SYNONYMS[..i].iter().any(|(first, own, _)| first == word && own.contains(other));
                assert!(!twice, "{word}: {other}");
            }
        }
    }
}
