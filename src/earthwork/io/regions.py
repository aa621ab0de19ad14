"""Regions, provinces and a few villages that the list of towns lacks: public place knowledge.

Points are rough centres, good to the extent that stands beside each.
"""

from __future__ import annotations

from dataclasses import dataclass

from earthwork.model.vocabulary import PlacePrecision


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRegion:
    """One region or village of our own table."""

    name: str
    """Preferred name."""
    longitude: float
    """Degrees east, WGS 84."""
    latitude: float
    """Degrees north, WGS 84."""
    country: str
    """ISO 3166-1 alpha-2 code."""
    extent: PlacePrecision
    """How far it reaches."""
    spellings: tuple[str, ...]
    """Other names."""


# name | longitude | latitude | country | extent | other spellings
_TABLE = """
Gogjali|43.245|36.352|IQ|locality|Kokjali,Kokajli,Gogjaly,Kukjali,Koukjali,Gogjeli
Hammam al-Alil|43.26|36.16|IQ|locality|Hamam al-Alil,Hammam Alil
Bashiqa|43.34|36.45|IQ|locality|Bashika
Nineveh|42.7|36.0|IQ|region|Nineveh province,Nineveh Governorate,Ninewa,Nineveh Plains
Anbar|42.0|33.0|IQ|region|Anbar province,Al Anbar Governorate
Diyala|45.0|34.0|IQ|region|Diyala province
Salahuddin|43.7|34.5|IQ|region|Salah al-Din,Salaheddin,Salahuddin province,Salah ad Din
Kurdistan Region|44.0|36.5|IQ|region|Iraqi Kurdistan,Kurdistan
Sinjar Mountains|41.9|36.37|IQ|district|Mount Sinjar
Darfur|24.5|13.5|SD|region|
North Darfur|25.3|15.5|SD|region|
South Darfur|25.0|11.5|SD|region|
West Darfur|22.5|13.0|SD|region|
Kordofan|30.0|12.5|SD|region|North Kordofan,South Kordofan
Gezira|33.3|14.5|SD|region|Al Jazirah state,Gezira state
Crimea|34.1|45.3|UA|region|Crimean peninsula
Donbas|38.0|48.3|UA|region|Donbass
Donetsk region|37.6|48.0|UA|region|Donetsk oblast,Donetsk province
Luhansk region|39.0|48.9|UA|region|Luhansk oblast,Luhansk province
Zaporizhzhia region|35.8|47.2|UA|region|Zaporizhzhia oblast,Zaporizhia region
Kherson region|33.8|46.6|UA|region|Kherson oblast
Kharkiv region|36.5|49.6|UA|region|Kharkiv oblast
Sumy region|34.0|51.0|UA|region|Sumy oblast
Avdiivka|37.75|48.14|UA|locality|Avdeevka,Avdeyevka
West Bank|35.25|32.0|PS|region|Occupied West Bank
Gaza Strip|34.4|31.4|PS|region|Gaza enclave
Netzarim Corridor|34.42|31.46|PS|district|Netzarim
Philadelphi Corridor|34.24|31.27|PS|district|Philadelphi
East Jerusalem|35.24|31.78|PS|district|
Golan Heights|35.75|33.0|SY|region|Golan
Eastern Ghouta|36.45|33.53|SY|district|East Ghouta,Ghouta
Castello Road|37.13|36.25|SY|vicinity|
Idlib province|36.6|35.8|SY|region|
Sinai|33.8|29.5|EG|region|Sinai Peninsula,North Sinai
Tigray|39.0|13.8|ET|region|Tigray region
Amhara|38.0|11.7|ET|region|Amhara region
Afar|41.0|12.0|ET|region|Afar region
Oromia|39.5|8.0|ET|region|
Puntland|49.5|9.0|SO|region|
Somaliland|45.5|9.8|SO|region|
Jubaland|42.0|1.0|SO|region|
Balochistan|66.0|28.5|PK|region|Baluchistan,Balochistan province
Khyber Pakhtunkhwa|71.5|34.5|PK|region|
Punjab|72.5|31.0|PK|region|
Sindh|68.8|26.0|PK|region|
Kashmir|75.0|34.0|IN|region|
Helmand|64.2|31.3|AF|region|Helmand province
Nagorno-Karabakh|46.75|39.8|AZ|region|Karabakh,Artsakh
Lachin corridor|46.5|39.65|AZ|district|
Rakhine|93.5|20.0|MM|region|Rakhine state
Kachin|97.0|26.0|MM|region|Kachin state
Borno|13.0|11.8|NG|region|Borno state
Zamfara|6.2|12.1|NG|region|Zamfara state
Cabo Delgado|39.5|-12.3|MZ|region|Cabo Delgado province
Nampula province|39.0|-15.0|MZ|region|
North Kivu|29.0|-0.8|CD|region|
South Kivu|28.3|-3.0|CD|region|
Ituri|29.8|1.8|CD|region|
Northern Rakhine|92.9|20.8|MM|district|
Jaffna Peninsula|80.1|9.75|LK|district|
Queensland|144.5|-22.5|AU|region|
New South Wales|147.0|-32.2|AU|region|
Catalonia|1.5|41.8|ES|region|
Scotland|-4.2|56.8|GB|region|
England|-1.5|52.5|GB|region|
Wales|-3.7|52.3|GB|region|
Northern Ireland|-6.6|54.6|GB|region|
Chagos Islands|71.9|-6.3|IO|district|Chagos Archipelago
Diego Garcia|72.42|-7.32|IO|locality|
Agalega|56.6|-10.4|MU|locality|Agalega Island
California|-119.5|37.2|US|region|
Texas|-99.3|31.4|US|region|
Florida|-81.7|28.0|US|region|
New York State|-75.5|42.9|US|region|Upstate New York
Virginia|-78.6|37.5|US|region|
West Virginia|-80.6|38.6|US|region|
Pennsylvania|-77.8|40.9|US|region|
Ohio|-82.8|40.3|US|region|
Michigan|-84.6|44.2|US|region|
Illinois|-89.2|40.0|US|region|
Georgia State|-83.4|32.6|US|region|
Louisiana|-91.8|31.0|US|region|
Kansas|-98.4|38.5|US|region|
Arizona|-111.7|34.3|US|region|
Massachusetts|-71.8|42.2|US|region|
New Jersey|-74.5|40.1|US|region|
North Carolina|-79.0|35.5|US|region|
South Carolina|-80.9|33.9|US|region|
Tennessee|-86.6|35.8|US|region|
Alabama|-86.8|32.8|US|region|
Mississippi|-89.7|32.7|US|region|
Missouri|-92.5|38.4|US|region|
Minnesota|-94.3|46.3|US|region|
Wisconsin|-89.8|44.6|US|region|
Indiana|-86.3|39.9|US|region|
Kentucky|-84.9|37.6|US|region|
Oregon|-120.6|43.9|US|region|
Colorado|-105.5|39.0|US|region|
Utah|-111.7|39.3|US|region|
Nevada|-116.8|39.4|US|region|
Alaska|-152.5|64.5|US|region|
Hawaii|-157.5|20.8|US|region|
Maryland|-76.8|39.0|US|region|
Connecticut|-72.7|41.6|US|region|
Ontario|-85.0|50.0|CA|region|
Quebec province|-71.8|53.0|CA|region|
British Columbia|-125.0|54.5|CA|region|
Alberta|-115.0|55.0|CA|region|
"""


def _region(row: str) -> NamedRegion:
    name, longitude, latitude, country, extent, spellings = row.split("|")
    return NamedRegion(
        name=name,
        longitude=float(longitude),
        latitude=float(latitude),
        country=country,
        extent=PlacePrecision(extent),
        spellings=tuple(spelling for spelling in spellings.split(",") if spelling),
    )


REGIONS = tuple(_region(row) for row in _TABLE.strip().splitlines())
"""Every entry of the table."""

COUNTRY_SPELLINGS: dict[str, tuple[str, ...]] = {
    "US": ("United States of America", "U.S.", "USA", "America"),
    "GB": ("U.K.", "UK", "Britain", "Great Britain"),
    "PS": ("Palestine", "Palestinian Territories", "Occupied Palestinian Territory"),
    "CI": ("Cote d'Ivoire", "Ivory Coast"),
    "CD": ("DRC", "Congo", "DR Congo"),
    "CF": ("C.A.R.", "CAR"),
    "MM": ("Burma",),
    "KR": ("South Korea", "Republic of Korea"),
    "KP": ("North Korea",),
    "RU": ("Russian Federation",),
    "AE": ("UAE", "Emirates"),
    "CZ": ("Czech Republic",),
    "TR": ("Türkiye", "Turkey"),
    "NL": ("Holland", "Netherlands"),
    "SY": ("Syrian Arab Republic",),
    "TL": ("Timor-Leste", "East Timor"),
    "CV": ("Cape Verde",),
    "SZ": ("Swaziland",),
    "MK": ("Macedonia",),
    "VA": ("Vatican", "Holy See"),
}
"""Other English names of countries."""
