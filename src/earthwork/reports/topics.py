"""What a clause is about: things on the ground, and what is done to people and by forces.

Each topic is a noun or a noun with a verb, and the senses in which the same words mean nothing on
the ground ('tunnel vision', 'trade barriers', 'the levee wall').
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from earthwork.model.vocabulary import ClaimKind

_SPREAD = r"[^.;:]{0,70}?\b"
"""Words that may stand between a noun and its verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Words of a clause that tell a topic."""

    kind: ClaimKind
    """The topic."""
    start: int
    """First code point, within the text searched."""
    end: int
    """One past the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Topic:
    kind: ClaimKind
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


def _topic(kind: ClaimKind, pattern: str, unless: str | None = None) -> _Topic:
    return _Topic(
        kind=kind,
        pattern=re.compile(rf"\b(?:{pattern})", re.IGNORECASE),
        unless=re.compile(rf"\b(?:{unless})", re.IGNORECASE) if unless else None,
    )


def _either(noun: str, verb: str) -> str:
    """Return a pattern for a noun and a verb in either order."""
    return rf"(?:{noun})\b{_SPREAD}(?:{verb})\b|(?:{verb})\b{_SPREAD}(?:{noun})\b"


_ROUTE = (
    r"roads?|routes?|highways?|streets?|motorways?|corridors?|crossings?|entrances?|exits?"
    r"|approach(?:es)?"
    r"|arter(?:y|ies)|tracks?|access|ways?\s+(?:in|out|into|to)|border|supply lines?|lifelines?"
    r"|railway|passes"
)
_SHUT = (
    r"block(?:s|ed|ing|ade|aded|ades)?|clos(?:e|es|ed|ing|ure|ures)|cut(?:s|ting)?(?:\s+off)?"
    r"|seal(?:s|ed|ing)?(?:\s+off)?"
    r"|shut(?:s|ting)?|barr(?:ed|icaded|icading|ing)|severed?|impassable|obstruct(?:s|ed|ing)?"
    r"|washed\s+away"
)
_BUILDING = (
    r"buildings?|houses?|homes?|blocks\s+of\s+flats|apartments?|villages?|hotels?|mosques?"
    r"|markets?|hospitals?|clinics?"
    r"|schools?|structures?|warehouses?|neighbou?rhoods?|quarters?|flats|factor(?:y|ies)"
    r"|church(?:es)?|shrines?|tombs?"
    r"|towers?|headquarters|district|minarets?|monuments?|temples?|ruins|storey|stor(?:e|ies)"
    r"|shops?|compound|station|plant"
    r"|mills?|silos?|prisons?|terminals?|stadiums?|farms?|residential|settlements?"
    r"|complex(?:es)?|propert(?:y|ies)|roofs?|domes?|cathedrals?"
    r"|monaster(?:y|ies)|heritage\s+sites?|cit(?:y|ies)|garages?|airport|facilit(?:y|ies)"
    r"|bakery|university|offices?|cemeter(?:y|ies)"
    r"|barracks|citadel|museum|palace|towns?|hamlets?|huts?|dwellings?"
)
_RAZE = (
    r"raz(?:ed|ing|e)|demolish(?:ed|ing|es)?|demolitions?|destroy(?:ed|ing|s)?|destruction"
    r"|flatten(?:ed|ing)?|level(?:led|ed|ling|ing)"
    r"|bulldoz(?:ed|ing|e)|(?:knocked|pulled|torn|pulling|knocking|tearing|came|burned"
    r"|burnt)\s+down|blown\s+up|blew\s+up|reduced\s+to\s+(?:rubble|ruins|ash(?:es)?)"
    r"|wiped\s+(?:out|off)|pulveri[sz]ed|dynamited|obliterated|collapsed"
    r"|burned\s+to\s+the\s+ground|torched|set\s+fire\s+to|blew\b[^.;]{0,30}\bup"
)
_HARM = (
    r"damag(?:e|ed|es|ing)|(?:was|were|been)\s+(?:hit|struck|shelled|bombed|burn(?:ed|t))"
    r"|wrecked|ruined|in\s+ruins|uninhabitable|riddled|gutted|shattered|scarred|pockmarked|charred"
    r"|badly\s+hit|partly\s+destroyed|damaged\s+or\s+destroyed|collaps(?:e|ing)|submerged"
)
_BRIDGE = (
    r"bridges?|crossings?(?=\s+(?:over|on|are|were|was|is))|overpass(?:es)?|flyovers?"
    r"|viaducts?|lock\s+on|culverts?|\bspans?\b|causeways?"
)
_BRIDGE_HARM = (
    r"destroy(?:ed|s|ing)?|blown\s+up|blew\s+up|blow(?:ing)?\s+up|disabled|damaged|wreck(?:ed"
    r"|s)?|are\s+down|is\s+down|down\b|collapsed"
    r"|demolished|knocked\s+out|bombed|dropped|severed|brought\s+down|washed\s+away|unusable"
    r"|usable|intact|rigged|crippled"
)
_LAND = (
    r"land|ground|swaths?|terrain|areas?|fields?|orchards?|trees?|groves?|farmland"
    r"|vegetation|strip|zone|crops|palms?|woods?|forest"
)
_LAND_CLEAR = (
    r"cleared?|clearing|stripped|bulldoz\w+|level(?:led|ed|ling)|raz(?:ed|ing)"
    r"|uproot(?:ed|ing)|fell(?:ed|ing)|flatten(?:ed|ing)|burn(?:ed|t)\s+off|scraped"
)
_AID = (
    r"aid|humanitarian|relief|convoys?|food|medicines?|supplies|rescuers?|rescue\s+(?:teams?"
    r"|workers?)|deliver(?:y|ies)|assistance|ambulances?|trucks\s+of"
)
_ACCESS = (
    r"reach(?:ed|es|ing)?|deliver(?:ed|ies|y|ing)?|enter(?:ed|ing)?|arriv(?:ed|ing|al)"
    r"|distribut\w+|access|denied|stuck|prevent\w*|block(?:ed|ing)?|hamper\w*|let\s+(?:in"
    r"|through)"
    r"|allow(?:ed)?|halt(?:ed)?|suspend(?:ed)?|get(?:ting)?\s+(?:in|through)|got\s+(?:in"
    r"|through)|pass(?:ed)?|run(?:ning)?\s+out|dwindl\w+|air-?dropp?\w*|provid\w+|held\s+up"
    r"|turned\s+back|complicated"
)
_FORCES = (
    r"troops?|forces|army|soldiers?|fighters?|militants?|militias?|rebels?|units?|tanks?"
    r"|insurgents?|brigades?|peshmerga|police|guards?|jihadists?|Taliban|Russians?|Ukrainians?"
    r"|Kurds?|Israelis?|ISIS|ISIL|RSF|SDF|Hezbollah|Hamas|Islamic\s+State|invaders?|military"
    r"|columns?|paratroopers?|marines?|they|government"
)

_TOPICS: tuple[_Topic, ...] = (
    _topic(
        ClaimKind.TUNNEL,
        r"tunnels?\b|tunnel+(?:ing|ed)\b|underground\s+(?:passage\w*|network|shafts?|bunkers?"
        r"|complex)|burrow\w*",
        r"tunnel\s+vision|light\s+at\s+the\s+end|(?:train|railway|rail|road|metro"
        r"|carpal)\b[^.]{0,60}tunnel|tunnel\b[^.]{0,30}(?:train|railway)|wind\s+tunnel",
    ),
    _topic(
        ClaimKind.BERM,
        r"dykes?\b|dikes?\b|levees?\b|earthen\s+\w+|(?:wall|barrier|bank|line|mound|ridge"
        r"|rampart)s?\s+of\s+(?:\w+\s+)?(?:earth|sand|dirt|soil)\b|parapets?\b|breastworks?\b"
        r"|mounds?\b|"
        r"berms?\b|bunds?\b|embankments?\b|earth(?:en)?\s*works?\b|raised\s+banks?\b"
        r"|(?:earth(?:en)?|sand|dirt|soil)\s+(?:walls?|banks?|ramparts?|barriers?|mounds?"
        r"|barricades?|ridges?|dykes?|fortifications?)\b"
        r"|(?:banks?|walls?|mounds?|ramparts?|heaps?|ridges?|piles?)\s+of\s+(?:earth|sand|dirt"
        r"|soil)\b|(?:heaps?|piles?|banks?)\s+of\s+rubble\s+(?:guard|protect|surround)\w*"
        r"|sand-?banks?\b|revetments?\b",
        r"(?:banks?|mounds?|heaps?|piles?)\b[^.]{0,40}\b(?:across|block\w*"
        r"|clos\w+)\b[^.]{0,30}\b(?:road|entrance|track|street)|(?:roads?|entrances?|tracks?"
        r"|streets?)\b[^.;]{0,40}\b(?:closed|blocked|shut)\b|railway\s+embankment"
        r"|river\s+embankment",
    ),
    _topic(
        ClaimKind.TRENCH,
        r"digging\b(?!\s+(?:in|graves|tunnels|wells|through|for))|(?:dug|dig|digs)\b(?!\s+(?:in"
        r"|into|graves|tunnels|wells|through|up|out|under|underground|beneath|deep\s+in)\b)"
        r"|excavat(?:ors?|ed|ing)\b|canals?\b|pits?\b|"
        r"trench(?:es|works?|\s+works?|ed|ing)?\b|ditch(?:es)?\b|moats?\b|fox-?holes?\b"
        r"|dug-?outs?\b|(?:began|started|stopped|similar|been|are|were|of)\s+digging\b"
        r"|digging\s+(?:has|had|is|was)\b|anti-?tank\s+obstacles?",
        r"trench\s+(?:warfare|coat)|ditch(?:ed|ing)\s|last[- ]ditch|drainage\s+ditch|tunnel"
        r"|graves?\b|archaeolog|rubble|survivors|wells?\s",
    ),
    _topic(
        ClaimKind.WALL_BUILT,
        r"ramparts?\b|palisades?\b|stockades?\b|"
        r"(?<!earth )(?<!earthen )(?<!sand )(?<!dirt )walls?\b(?!\s+of\s+(?:a\s+house|earth"
        r"|sand|dirt|soil|fire|silence))|walled\b|(?:security|border|metal|steel|wire|perimeter"
        r"|barbed[- ]wire|razor[- ]wire)\s+fenc(?:e|es|ing)\b|fenced?\s+off\b|fences?\b"
        r"|T-?walls?\b|separation\s+barrier",
        r"Wall\s+Street|on\s+the\s+fence|wall\s+of\s+a\s+house|off\s+the\s+wall"
        r"|up\s+against\s+(?:a|the)\s+wall|fire\s?wall|Facebook\s+wall|city\s+walls?\s+(?:of"
        r"|tour)|wall-to-wall|into\s+a\s+wall\s+from",
    ),
    _topic(
        ClaimKind.ROADBLOCK,
        r"(?<!concrete\s)(?<!rows\sof\s)(?<!lines\sof\s)(?<!string\sof\s)(?<!row\sof\s)(?<!line\sof\s)barricad(?:es?"
        r"|ed)\b|turnstiles?\b|chicanes?\b|burning\s+ty?res|felled\s+trees|control\s+posts?\b"
        r"|road\s+(?:gates?|barriers?|closures?)\b|"
        r"road-?\s?blocks?\b|check-?points?\b|barricad(?:e|es)\b(?=[^.;]{0,50}\b(?:streets?"
        r"|roads?|centre|center|routes?|highway))|(?:streets?"
        r"|roads?)\b[^.;]{0,40}\bbarricades?\b|(?:iron|metal|yellow|steel|road"
        r"|locked)\s+gates?\b|\bgates?\b(?=[^.;]{0,60}\b(?:road|entrance"
        r"|village))(?![^.;]{0,60}\b(?:locked|shut|closed))"
        r"|(?:boulders?|lorr(?:y|ies)|trucks?|buses|vehicles?|cars|containers?|rocks|stones"
        r"|earth\s+mounds?|mounds?(?:\s+of\s+\w+)?|concrete\s+(?:blocks?|cubes?)|tree\s+trunks?"
        r"|tyres|tires|rubble|banks?\s+of\s+earth|cement\s+blocks?)\b[^.;]{0,50}\b(?:across"
        r"|block\w*|clos\w+|on)\s+(?:\w+\s+){0,4}(?:roads?|streets?|entrances?|tracks?|highway"
        r"|route|access)\b"
        r"|(?:tracks?|roads?|entrances?|streets?|routes?)\b[^.;]{0,40}\b(?:closed|blocked|shut"
        r"|barred)\b[^.;]{0,40}\b(?:with|by)\s+(?:\w+\s+){0,2}(?:earth|mounds?|boulders?|banks?"
        r"|concrete|rubble|blocks|dirt|rocks|stones|gates?)\b|earth\s+mounds?\b",
    ),
    _topic(
        ClaimKind.BARRIER_ROW,
        r"(?:concrete|cement|stone)\s+(?:blocks?|slabs?|barriers?|barricades?|sections?"
        r"|pyramids?|obstacles?|cubes?)\b|rows?\s+of\s+(?:\w+\s+){0,2}(?:blocks?|barriers?"
        r"|barricades?|slabs?|obstacles?|hedgehogs?)\b"
        r"|jersey\s+barriers?|dragon['’]?s?['’]?\s+teeth|hedgehogs?\b"
        r"|(?:razor|barbed|concertina)[- ]wire\b|barriers?\b|barricades?\b|bollards?\b"
        r"|(?:anti-?tank|tank|extra|steel|physical)\s+(?:obstacles?|traps?)\b|obstacles?\b"
        r"|blast\s+barriers?"
        r"|(?:those|ones)\s+(?:that\s+)?the\s+(?:\w+\s+){1,3}?(?:put|built|placed|set|kept|laid"
        r"|erected)\b",
        r"(?:language|trade|cultural|legal|sound|psychological|tariff|gender|career|financial"
        r"|social|non-tariff)\s+barriers?|barriers?\s+to\s|barriers?\s+(?:\w+\s+){0,3}women"
        r"|crash\s+barriers?|obstacles?\s+(?:to|in\s+the\s+way)|barrier\s+reef"
        r"|earth(?:en)?\s+barriers?|(?:separation|sand|dirt)\s+barrier",
    ),
    _topic(
        ClaimKind.BRIDGE_DESTROYED,
        _either(_BRIDGE, _BRIDGE_HARM) + r"|(?:blow\w*|blew)\s+(?:up\s+)?(?:\w+\s+){0,3}bridges?\b"
        r"",
        r"bridge\s+(?:the\s+gap|loan)",
    ),
    _topic(
        ClaimKind.GROUND_CLEARED,
        _either(_LAND, _LAND_CLEAR)
        + r"|buffer\s+zone\b|(?:uproot\w*|fell(?:ed|ing)|cut\s+down)\s+(?:\w+\s+){0,3}(?:trees?"
        r"|groves?|orchards?)\b|no-man['’]s[- ]land\b|scorched\s+earth\b",
        rf"(?:forces|troops|army|fighters)\s+(?:\w+\s+)?cleared\s+(?:more|the|several"
        rf"|most)?\s*(?:ground|villages?|districts?|areas?\b(?!\s+of\s+land))"
        rf"|(?:{_LAND_CLEAR})\s+(?:\w+\s+){{0,2}}(?:mines|of\s+militants|homes)"
        rf"|mines?\s+clear\w+|ground\s+floor|(?:{_LAND_CLEAR})\s+to\s+the\s+ground",
    ),
    _topic(
        ClaimKind.BUILDING_STANDING,
        rf"(?:{_BUILDING})\b{_SPREAD}(?:still\s+stand(?:s|ing)?|(?:is|are|was|were|remains?"
        rf"|left)\s+(?:\w+\s+)?(?:standing|intact|untouched|unscathed|undamaged))\b"
        rf"|wall\b[^.;]{{0,60}}\bintact\b",
    ),
    _topic(
        ClaimKind.BUILDING_DAMAGED,
        _either(_BUILDING, _HARM)
        + rf"|(?:{_BUILDING})\b[^.;]{{0,40}}\bdamaged\s+or\s+destroyed\b|collapsing\s+buildings?",
    ),
    _topic(
        ClaimKind.BUILDING_RAZED,
        _either(_BUILDING, _RAZE)
        + r"|\b[A-Z][a-z]+\s+(?:was|were)\s+(?:blown\s+up|razed|demolished|flattened|levelled"
        r"|wiped)\b|(?:are|is|were|was)\s+(?:[\w-]+\s+){0,2}demolished\b|mass\s+demolition",
        r"(?:destroy\w*|destruction)\b[^.;]{0,30}\b(?:vehicles?|tanks?|weapons?)\s*$"
        r"|relationship|lives\b",
    ),
    _topic(
        ClaimKind.RUBBLE,
        r"(?:rubble|debris)\b(?=[^.;]{0,50}\b(?:block\w*|across|beside|stacked|piled|routes?"
        r"|roads?|streets?))|(?:blocked|strewn|littered|choked|stacked"
        r"|piled)\b[^.;]{0,30}\b(?:rubble|debris)\b",
        r"reduced\s+to\s+rubble",
    ),
    _topic(
        ClaimKind.ROAD_OPENED,
        _either(_ROUTE, r"re-?open(?:ed|s|ing)?|unblocked|opened\s+up")
        + r"|(?:new|dirt|bulldozed?)\s+(?:roads?|tracks?)\s+(?:\w+\s+){0,3}(?:built|bulldozed"
        r"|cut|opened|made)\b|bulldoz\w+\s+(?:\w+\s+){0,3}(?:roads?|tracks?)\b"
        r"|roads?\b[^.;]{0,50}\bhad\s+bulldozed|(?:roads?|routes?|streets?"
        r"|highway)\b[^.;]{0,40}\b(?:was|were|been|be)\s+cleared\b"
        r"",
    ),
    _topic(
        ClaimKind.ROAD_BLOCKED,
        _either(_ROUTE, _SHUT) + r"|(?:roads?|routes?|highways?|streets?|corridors?|crossings?"
        r"|border)\b[^.;]{0,30}\b(?:still|remain\w*)\s+open|(?:no|not\s+a\s+single)\s+(?:car"
        r"|vehicle|lorry|truck)\s+(?:has|have|had|can|could)\b|no\s+way\s+(?:in|out)\b"
        r"|can\s+(?:still|no\s+longer)\s+(?:get|leave|pass|drive)\b"
        r"|block(?:ed|ing|s)\s+(?:\w+\s+){0,3}(?:roads?|routes?|streets?|highways?)"
        r"|gates?\b[^.;]{0,60}\b(?:locked|shut|closed)"
        r"|barr(?:ed|ing)\s+from\s+(?:leaving|passing)|blockad\w+|unable\s+to\s+(?:leave|pass"
        r"|reach\s+the\s+city)|not\s+(?:be\s+)?(?:allowed|let)\s+(?:to\s+)?(?:leave|pass"
        r"|through)|closures?\b|sealed\s+off|(?:sole|last|only)\s+(?:way|route|road)"
        r"|areas?\s+cut\s+off",
        r"road\s+map|way\s+of\s+life|close\s+to|closed[- ]door|cut\s+(?:below|through|under)"
        r"|tunnels?\b[^.;]{0,30}\bcut",
    ),
    _topic(
        ClaimKind.CAMP,
        r"(?:refugee|displacement|displaced|detention|evacuation|tent(?:ed)?|IDP|transit"
        r"|training|holding|internment|reception)\s+(?:camps?|cent(?:re|er)s?|facilit(?:y|ies)"
        r"|settlements?)\b|tent\s+cit(?:y|ies)\b|(?:military|air|naval|army|forward"
        r"|joint)\s+(?:\w+\s+)?base\b|camps?\b(?=[^.;]{0,60}\b(?:shelter\w*|house[sd]?|hold\w*"
        r"|open\w*|clos\w+|built|set\s+up|established|for\s+\w+))|(?:clos\w+|open\w*|set\s+up"
        r"|built|shutter\w*|in)\s+(?:\w+\s+){0,4}camps?\b|staging\s+area",
        r"camp(?:aign|us)|base\s+of\s+support|summer\s+camp|training\s+camp\s+for\s+(?:players"
        r"|athletes)",
    ),
    _topic(
        ClaimKind.OTHER_PHYSICAL,
        r"defen[cs]es\b|strong\s?points?\b|outposts?\b|sniper\s+nests?|(?:military|army"
        r"|defensive)\s+posts?\b|tarpaulins?|sheets\s+hung|paved\b|tracks\s+torn|depots?\b|"
        r"(?:land)?mines?\b(?!\s+(?:is|was|alone))|minefields?|IEDs?\b|booby-?traps?\w*"
        r"|(?:bombs?|charges|explosives?)\s+(?:\w+\s+){0,2}(?:rigged|hidden|planted|laid"
        r"|buried)|(?:rigged|planted|mined)\b|(?:defen[cs]e|defen[cs]ive|fortified)\s+(?:lines?"
        r"|works?|positions?|belts?|structures?)\b|fortif(?:ied(?!\s+city)|ications?|ying)\b"
        r"|construction\b|work\s+crews?\b|patrol\s+roads?|mass\s+graves?"
        r"|graves\b|pontoons?\b|runways?\b|(?:gun|firing|artillery|fighting"
        r"|sniper)\s+positions?\b|bunkers?\b|pillboxes|watch-?towers?|sandbags?|craters?\b"
        r"|floods?\b|flooded\b|(?:bush|wild)?fires?\s+(?:burn\w*|rag\w*|spread\w*)|blaz(?:e"
        r"|es)\b|landslides?|landfall|heavy\s+rains?|without\s+power|breach(?:es)?\s+in"
        r"|burning\s+oil|screens\b|infrastructure\b|supply\s+routes\b|missile\s+tests?"
        r"|repair\s+(?:it|the)\b",
        r"under\s+construction\s+industry|mine\s+workers|defen[cs]e\s+minister|ceasefire"
        r"|open(?:ed)?\s+fire|coal\s+mine|gold\s+mine|flood(?:ed|s)?\s+of\s+(?:people|refugees"
        r"|calls)",
    ),
)

_EVENTS: tuple[_Topic, ...] = (
    _topic(
        ClaimKind.OPINION,
        r"(?:do|does|did)(?:n[’']t|\s+not)\s+(?:like|think|believe|trust)\b"
        r"|not\s+sure\s+(?:whether|if)\b|any\s+chance\s+of",
    ),
    _topic(
        ClaimKind.ALLEGATION,
        r"human\s+shields?|war\s+crimes?|crimes\s+against\s+humanity|genocide"
        r"|ethnic\s+cleansing|executions?\b|executed\b|massacre[sd]?|tortur\w+|rap(?:e|ed"
        r"|ing)\b|forced\s+to\s+(?:stay|fight|dig)|targeting\s+any|chemical\s+weapons?",
    ),
    _topic(
        ClaimKind.CASUALTIES,
        r"kill(?:ed|ing|ings|s)\b|dead\b|died\b|deaths?\b|wounded\b|injur(?:ed|ies|ing)\b"
        r"|casualt(?:y|ies)\b|lost\s+their\s+lives|death\s+toll|fatalit\w+|bodies\b"
        r"|went\s+missing|shot\s+dead|claimed\s+the\s+lives",
        r"kill\s+the\s+(?:bill|deal)|to\s+the\s+death|deadly|claimed\s+responsibility"
        r"|dead\s+(?:end|line|lock)"
        r"|death\s+(?:penalty|sentence)",
    ),
    _topic(
        ClaimKind.AID_ACCESS,
        _either(_AID, _ACCESS) + r"|hard\s+to\s+reach|food\s+and\s+\w+\s+(?:are"
        r"|is)\s+running|(?:inability|unable)\b[^.;]{0,40}\breach\b|starv\w+",
        r"first[- ]aid|military\s+aid|aid\s+for\s+kyiv|foreign\s+aid\s+budget",
    ),
    _topic(
        ClaimKind.DISPLACEMENT,
        r"(?:people|families|civilians|residents|inhabitants)\s+(?:had\s+|have\s+)?(?:left"
        r"|leave|moved\s+out|gone)\b|leave\s+(?:the\s+city|their\s+homes)|"
        r"displac(?:ed|ement|ing)\b|fle(?:d|es|eing|e)\b|evacuat(?:ed|ion|ions|ing|e)\b|exodus"
        r"|homeless\b|left\s+(?:their|the)\s+(?:homes?|city|town|village|homeland)"
        r"|returned\s+(?:home|to)\b|repatriat\w+|driven\s+(?:out"
        r"|from)\b|(?:number"
        r"|thousands)\s+of\s+(?:refugees|displaced)|uprooted\b(?=[^.;]{0,30}\b(?:people"
        r"|families))|resettle\w*",
        r"refugee\s+agency|returned\s+to\s+(?:work|office|power)|fled\s+the\s+scene",
    ),
    _topic(
        ClaimKind.WITHDRAWAL,
        r"withdr(?:aw|ew|awn|awal|awing)\w*|pull(?:ed|ing|s)?\s+(?:back|out)\b|retreat(?:ed|ing"
        r"|s)?\b|handed\s+over\s+(?:the\s+)?(?:positions|base)|vacated\b"
        r"",
        r"withdr\w+\s+from\s+(?:ECOWAS|the\s+(?:treaty|agreement|deal|race|bloc))"
        r"|withdrawal\s+of\s+three\s+member",
    ),
    _topic(
        ClaimKind.BOMBARDMENT,
        r"air-?\s?(?:strikes?|raids?)\b|shell(?:ed|ing|s|fire)\b|bomb(?:ed|ing|ings|ard\w*"
        r"|s)?\b|artillery\b|rockets?\b|missiles?\b|drone\s+(?:strikes?|attacks?)|explosions?\b"
        r"|blasts?\b(?!\s+(?:walls?|barriers?))|mortars?\b|(?:two|three|four|five|six|seven"
        r"|eight|nine|ten|\d+|coalition|the)\s+(?:\w+\s+)?strikes\b|strikes?\s+(?:on|against"
        r"|hit)\b|struck\b|(?:helicopters?|jets?|warplanes?|planes|aircraft)\s+(?:hit|bombed"
        r"|struck)\b",
        r"rocket-propelled|gun\s+positions|photobomb|hunger\s+strike|suicide\s+bombers\s+(?:are"
        r"|were)|bombs?\s+(?:were\s+found|rigged|hidden|planted)|mines\s+and\s+bombs"
        r"|struck\s+(?:a\s+deal|by\s+the)|missile\s+tests?",
    ),
    _topic(
        ClaimKind.ADVANCE,
        r"took\b(?!\s+(?:place|part|hours|weeks|days|months|off|to|up|responsibility|hostages?"
        r"|an|refuge|shelter|cover|over))|seized\b|fell\s+to\b|(?:has|had|have)\s+fallen\b"
        r"|gains\b|won\s+back\b|overr[au]n\b|fought\s+(?:their|its)\s+way|broke\s+(?:through"
        r"|into)\b|poured\s+into\b|inched\b|edged\b|crept\b|drove\s+(?:\w+\s+){0,4}(?:out|from"
        r"|back)\b|entered\b|crossed\s+(?:the\s+)?(?:river|border|into|from)"
        r"|reached\s+(?:the\s+)?(?:outskirts|edge|centre|center|gates|suburbs|city|town|river)"
        r"|cleared\s+(?:\w+\s+){0,4}of\s+(?:militants|fighters|ISIS|IS)\b|moved\s+(?:up|on|in"
        r"|into|towards?|forward|closer)\b|reinforcements?\b|(?:km|kilomet\w+"
        r"|miles?)\s+from\s+the\s+(?:city|town|centre|center)|stalled\b|bogged\s+down|"
        rf"advanc(?:ed|es|ing|e)\b|(?:re)?captur(?:ed|ing|es)\b|retook\b|retaken\b"
        rf"|took\s+(?:control|over)\b|taken\s+(?:control\b|over\b)"
        rf"|(?:{_FORCES})\b[^.;]{{0,40}}\b(?:entered|reached|crossed|arrived|moved\s+(?:in|into"
        rf"|ahead|towards?)|deployed|gained|came\s+within|cleared|liberated|seized|penetrated"
        rf"|had\s+come|got\s+no\s+farther|could\s+get|push\w*|drov?e|driving|press(?:ed|ing)"
        rf"|march\w*|head(?:ed|ing)|swept|surged?|rolled|came\s+(?:to|up)|made\s+it|progress\w*"
        rf"|seiz\w*|clearing|retak\w*|taken|taking|gain\w*|approach(?:ed|ing)|crossing|entering"
        rf"|penetrat\w*|broke(?:n)?|moving|closing)\b|pushed\s+(?:into|to|towards?|through"
        rf"|forward|deeper)\b|push\s+into\b|clos(?:ed|ing)\s+in\s+on\b|breach(?:ed|ing)\b"
        rf"|deploy(?:ed|ment|s|ing)\b|gained\s+ground|inroads\b|liberated\b"
        rf"|overran\b|expansion\b",
        r"advance(?:d)?\s+(?:notice|technology|weapons|of\s+security)|slow\s+the\s+advance"
        r"|hostages?\s+captured|chip\s+advance",
    ),
    _topic(
        ClaimKind.ASSAULT,
        r"attack(?:ed|s|ing|ers)?\b|assault(?:s|ed)?\b|offensives?\b|raid(?:s|ed)?\b|clash(?:es"
        r"|ed)?\b|fighting\b(?!\s+(?:positions?|trenches|units?|vehicles?))|battl(?:e|es|ed"
        r"|ing)\b|ambush\w*|storm(?:ed|ing)\b|besieg\w+|sieges?\b|sieged\b|encircl\w+"
        r"|surround(?:ed|ing|s)\b|cut\s+off\s+on\s+every|invasion\b|invad(?:ed|ing)\b"
        r"|onslaught\b|abduct\w*|kidnap\w*|claimed\s+responsibility|to\s+seize\b|gun\s?fire\b"
        r"|gun\s?men\b|shoot(?:ing|out)s?\b|violence\b|operations?\b(?=[^.;]{0,30}\b(?:lasted"
        r"|continues?|launched|against|over))|cut\s+off\b(?=[^.;]{0,20}\bsides?)|under\s+siege",
        r"heart\s+attacks?|battle\s+(?:against|with)\s+(?:cancer|fires?)|legal\s+battle"
        r"|court\s+battle|peace\s+operations|surrounding\s+(?:areas?|villages?|communities)"
        r"|fire\s?fighting|rescue\s+operation|relief\s+operations?|crime-?fighting|brainstorm",
    ),
    _topic(
        ClaimKind.OTHER,
        r"\d[\d,.]*\s+(?:people|civilians|residents|inhabitants|fighters|militants|jihadists"
        r"|families|soldiers|troops)\b|under\s+(?:\w+\s+)?control\b|in\s+(?:the\s+)?hands\s+of|"
        r"hostages?\b|trapped\b|besieged\s+people|(?:fighters?|jihadists?|militants?|troops"
        r"|soldiers|people|civilians)\b[^.;]{0,40}\b(?:remain|are\s+(?:holding|inside|stuck"
        r"|left|still)|remained|inside)\b|(?:hold|holds|held|holding|controls?"
        r"|controlled)\s+(?:all\s+of|the\s+(?:city|town|area|village|bridge)|[A-Z]\w+)\b"
        r"|rescued\b|(?:were|was|been)\s+(?:freed|released)\b|arrested\b|detained\b"
        r"|now\s+stuck\b|haul(?:ed|ing)\b|truck(?:ed|ing)\s+in\b|present\s+in\b|orchestrated\b"
        r"|dismantled\b|stockpil\w+|warships?\b",
        r"hold\s+(?:talks|high|elections)|held\s+(?:talks|meetings?|elections?)",
    ),
    _topic(
        ClaimKind.OPINION,
        r"don[’']t\s+like\b|didn[’']t\s+think\b|do\s+not\s+think\b|not\s+sure\s+whether"
        r"|monumental|daunting|formidable|(?:the\s+)?toughest\b|(?:likely|probably|apparently"
        r"|perhaps)\s+(?:trying|seeking|hoping|aiming)\b"
        r"|suggests\s+that\b|no\s+chance\b|any\s+chance\b|useless\b"
        r"|will\s+be\s+no\s+use|enormous\b",
    ),
)

_CONFLICT = re.compile(
    r"\b(?:milit\w+|army|troops?|soldiers?|forces|ISIS|ISIL|Islamic State|insurgen\w+|rebels?"
    r"|jihad\w*|the war|civil war|besieg\w+"
    r"|shell(?:ed|ing)|bomb(?:s|ed|ing|ings|ard\w*)|air-?\s?strikes?|front\s?lines?|fighters?"
    r"|fighting|peshmerga|settlers?|occupied|occupation"
    r"|check-?points?|invad\w+|invasion|refugees?|terror\w*|gunmen|drones?|weapons?|anti-?tank"
    r"|artillery|rockets?|missiles?|Palestinian\w*|Israeli\w*"
    r"|Taliban|Hezbollah|Hamas|RSF|SDF|LTTE|Houthis?|regime|coalition|hostages?|cyclone"
    r"|earthquake|snipers?|mines|trenches|guns?|defenders|militants?)\b",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(?:war|siege|attack\w*|front|tanks?|defen[cs]es?|bulldoz\w+|satellite|razed|demolished"
    r"|displaced|border|barricades?|blockade\w*|enemy|battle)\b",
    re.IGNORECASE,
)
_CIVIL = re.compile(
    r"\b(?:flood\w*|levees?|rainy|tourists?|visitors?|medieval|festival|fashion|coach(?:ing"
    r"|es)?|career|motorists?|commuters?"
    r"|road\s?works|contractors?|season|film|novel|match|league|football|cricket|golf|garden\w*"
    r"|museum|restaurant|menu|designers?"
    r"|runway\s+show|collection|hike|stroll|walk\s+the|cycl(?:e|ing|ists?)"
    r"|planning\s+permission|homeowners?|subway|metro|commuter|county|township|developers?"
    r"|patients?|therap\w+|mental|emotional|marriage|tariffs?|traffic|repav\w+|utility|sewer"
    r"|pipeline|water\s+main|crowd|dinner|album|singer|artists?|exhibition)\b",
    re.IGNORECASE,
)


def is_of_conflict(text: str) -> bool:
    """Tell whether a report is about war or disaster rather than civil works or a figure of speech.

    A text with no sign of either is taken at its word: reports are given to a case on purpose.

    Examples
    --------
    >>> is_of_conflict("The levee wall is done before the rainy season.")
    False
    >>> is_of_conflict("A wall stands.")
    True
    """
    if _CONFLICT.search(text) is not None:
        return True
    return len(_PERHAPS.findall(text)) >= len(_CIVIL.findall(text))


_IN_PASSING = re.compile(
    r"\b(?:in|during|after|of|for|from|about|following|since|by|before|behind|against|with|over"
    r"|to)\s+"
    r"(?:(?:the|this|an?|that|these|such|any|its|his|recent|\w+['’]s)\s+){1,2}(?:\w+\s+){0,2}?"
    r"(?:attacks?|assault|raid|battle|fighting|operation|offensive|violence)\b",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"\b(?:must|should|need\s+to|needs\s+to|let\s+us|urg(?:e|ed|es)|call(?:s|ed)?\s+(?:for|on)"
    r"|condemn\w*|concerns?|fears?|worr(?:y|ied)|condolences"
    r"|sympath\w+|grateful|hope\s+that|commit(?:ted|ment))\b",
    re.IGNORECASE,
)


def things(words: str, start: int, end: int) -> Iterator[Mention]:
    """Yield what a clause says of the ground, one mention per kind."""
    yield from _mentions(_TOPICS, words, start, end)


def events(words: str, start: int, end: int) -> Iterator[Mention]:
    """Yield what a clause says of people and forces, the most telling kind first.

    An attack named only to date or to place something else ('after the attack') is passed over, and
    so is what a speaker demands or regrets.
    """
    if _DEMAND.search(words, start, end) is not None:
        return
    told = _IN_PASSING.sub(lambda match: " " * len(match[0]), words[start:end])
    yield from _mentions(_EVENTS, " " * start + told, start, end)


def _mentions(topics: tuple[_Topic, ...], words: str, start: int, end: int) -> Iterator[Mention]:
    clause = words[start:end]
    for topic in topics:
        match = topic.pattern.search(clause)
        if match and (topic.unless is None or topic.unless.search(clause) is None):
            yield Mention(kind=topic.kind, start=start + match.start(), end=start + match.end())
