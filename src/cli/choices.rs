//! Options that choose one of several named values. Each list of values is where its type or its cloud is.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cloud::{CLOUDS, Cloud, Signature};
use crate::model::{Site, Sort};
use crate::render::Format;

/// A choice of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteChoice {
    /// The first site that knows the account.
    Auto,
    /// This site.
    One(Site),
}

/// Parses the name of an output format.
pub fn format() -> impl TypedValueParser<Value = Format> {
    let about = |format| match format {
        Format::Table => "A table for people",
        Format::Json => "One JSON document",
        Format::Ndjson => "One JSON object a line, as pages arrive",
        Format::Csv => "Comma-separated values with a header",
        Format::Yaml => "The JSON document as YAML",
        Format::Xlsx => "A workbook for spreadsheets, with `--file`",
    };
    let formats = || Format::ALL.into_iter().chain([Format::Xlsx]);
    let values = formats().map(|format| PossibleValue::new(format.name()).help(about(format)));
    PossibleValuesParser::new(values)
        .map(move |name| formats().find(|format| format.name() == name).expect("the name is in the list"))
}

/// Parses the name of an order of rows.
pub fn sort() -> impl TypedValueParser<Value = Sort> {
    let about = |sort| match sort {
        Sort::Available => "The least first, one currency after the other by its code; errors last",
        Sort::Name => "By cloud and account, then by the sub-account's name",
    };
    let values = Sort::ALL.map(|sort| PossibleValue::new(sort.name()).help(about(sort)));
    PossibleValuesParser::new(values)
        .map(|name| Sort::ALL.into_iter().find(|sort| sort.name() == name).expect("the name is in the list"))
}

/// Parses the name of a site of any cloud.
pub fn site() -> impl TypedValueParser<Value = SiteChoice> {
    site_of(all_sites())
}

/// Parses the name of one of these sites, or `auto`.
pub fn site_of(sites: impl IntoIterator<Item = &'static Site>) -> impl TypedValueParser<Value = SiteChoice> {
    PossibleValuesParser::new(site_values(sites)).map(|name| match name.as_str() {
        AUTO => SiteChoice::Auto,
        name => SiteChoice::One(name.parse().expect("the name is in the list")),
    })
}

/// The name of the choice to try one site after the other.
const AUTO: &str = "auto";

fn site_values(sites: impl IntoIterator<Item = &'static Site>) -> Vec<PossibleValue> {
    let auto = PossibleValue::new(AUTO).help("The first site that knows the account");
    let one = |site: &'static Site| {
        let value = PossibleValue::new(site.name());
        match *site {
            Site::INTL => value.help("The international site"),
            Site::CN => value.help("The China site"),
            _ => value,
        }
    };
    std::iter::once(auto).chain(sites.into_iter().map(one)).collect()
}

/// Lists each site of any cloud once.
fn all_sites() -> Vec<&'static Site> {
    let mut sites = Vec::new();
    for site in CLOUDS.iter().flat_map(|cloud| cloud.sites()) {
        if !sites.contains(&site) {
            sites.push(site);
        }
    }
    sites
}

/// Parses the name of a signature of any cloud.
pub fn signature() -> impl TypedValueParser<Value = &'static str> {
    let values = signatures().map(|signature| PossibleValue::new(signature.name).help(signature.about));
    PossibleValuesParser::new(values).map(|name| {
        let names = signatures().map(|signature| signature.name);
        names.into_iter().find(|known| *known == name).expect("the name is in the list")
    })
}

fn signatures() -> impl Iterator<Item = &'static Signature> {
    CLOUDS.iter().flat_map(|cloud| cloud.signatures())
}

/// Describes the option that chooses a signature.
pub fn signature_help() -> String {
    let with_choice = CLOUDS.iter().filter(|cloud| has_signatures(**cloud));
    let [titles, defaults] = with_choice.map(|cloud| [cloud.title(), cloud.signatures()[0].name]).fold(
        [Vec::new(), Vec::new()],
        |[mut titles, mut defaults], [title, default]| {
            titles.push(title);
            defaults.push(default);
            [titles, defaults]
        },
    );
    format!("Choose how requests to {} are signed [default: {}]", titles.join(" and "), defaults.join(", "))
}

/// Whether a cloud accepts several signatures.
pub fn has_signatures(cloud: &dyn Cloud) -> bool {
    cloud.signatures().len() > 1
}

/// Lists the names of the clouds, each with its alias.
pub fn clouds() -> impl Iterator<Item = PossibleValue> {
    CLOUDS.iter().map(|cloud| PossibleValue::new(cloud.name()).aliases(cloud.alias()))
}
