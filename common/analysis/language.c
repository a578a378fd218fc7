#include "language.h"

#include "hash.h"

#include <libstemmer.h>
#include <string.h>

static const char french_elisions[] = "l d j m t s n c qu jusqu lorsqu puisqu quoiqu ";
static const char italian_elisions[] = 
    "l d un c v s t m n all dall dell nell sull coll pell gl agl dagl degl negl sugl quell quest ";
static const char catalan_elisions[] = "l d m n s t ";
static const char irish_elisions[] = "d m b ";

static const struct language languages[] = {
    {.name = "arabic", .codes = "ar ara ", .conjunctions = true},
    {.name = "armenian", .codes = "hy hye arm "},
    {.name = "basque", .codes = "eu eus baq "},
    {.name = "catalan", .codes = "ca cat ", .accents = ACCENTS_LAST,
     .apostrophes = APOSTROPHE_ELISION, .elisions = catalan_elisions},
    {.name = "danish", .codes = "da dan ", .accents = ACCENTS_LAST},
    {.name = "dutch", .codes = "nl nld dut "},
    {.name = "english", .codes = "en eng ", .apostrophes = APOSTROPHE_POSSESSIVE},
    {.name = "finnish", .codes = "fi fin ", .accents = ACCENTS_LAST},
    {.name = "french", .codes = "fr fre fra ", .accents = ACCENTS_LAST,
     .apostrophes = APOSTROPHE_ELISION, .elisions = french_elisions},
    {.name = "german", .codes = "de ger deu "},
    {.name = "greek", .codes = "el gre ell "},
    {.name = "hindi", .codes = "hi hin "},
    {.name = "hungarian", .codes = "hu hun ", .accents = ACCENTS_LAST},
    {.name = "indonesian", .codes = "id ind "},
    {.name = "irish", .codes = "ga gle ", .accents = ACCENTS_LAST,
     .apostrophes = APOSTROPHE_ELISION, .elisions = irish_elisions},
    {.name = "italian", .codes = "it ita ",
     .apostrophes = APOSTROPHE_ELISION, .elisions = italian_elisions},
    {.name = "lithuanian", .codes = "lt lit ", .accents = ACCENTS_LAST},
    {.name = "nepali", .codes = "ne nep "},
    {.name = "none", .codes = ""},
    {.name = "norwegian", .codes = "no nor nb nob ", .accents = ACCENTS_LAST},
    {.name = "porter", .codes = "", .apostrophes = APOSTROPHE_POSSESSIVE},
    {.name = "portuguese", .codes = "pt por ", .accents = ACCENTS_LAST},
    {.name = "romanian", .codes = "ro rum ron ", .accents = ACCENTS_LAST},
    {.name = "russian", .codes = "ru rus "},
    {.name = "serbian", .codes = "sr srp ", .accents = ACCENTS_LAST},
    {.name = "spanish", .codes = "es esl spa ", .final_i = true},
    {.name = "swedish", .codes = "sv swe ", .accents = ACCENTS_LAST},
    {.name = "tamil", .codes = "ta tam "},
    {.name = "turkish", .codes = "tr tur ", .accents = ACCENTS_BETWEEN, .turkish_case = true,
     .apostrophes = APOSTROPHE_SUFFIX},
    {.name = "yiddish", .codes = "yi yid ", .accents = ACCENTS_LAST},
};

static bool has_code(const char *codes, const char *wanted)
{
    for (size_t length = strlen(wanted); *codes;) {
        size_t size = strcspn(codes, " ");
        if (size == length && memcmp(codes, wanted, size) == 0) return true;
        codes += size + (codes[size] == ' ');
    }
    return false;
}

const struct language *language_find(const char *name)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strcmp(languages[i].name, name) == 0 || has_code(languages[i].codes, name)) return &languages[i];
    return NULL;
}

/* Inflected words of a newspaper in the languages there are stemmers for: whatever rules change, some of these show it. */
static const char *const sample_words[] = {
    "nationalisations", "running", "happily", "cities", "generously", "arguments", "dying", "skies", "nationalités",
    "mangeaient", "développements", "heureusement", "häusern", "verhandlungen", "gefährlichkeit", "regierungen", "naciones",
    "rápidamente", "estábamos", "governações", "cantássemos", "nazionalizzazione", "mangiavano", "nacionalitzacions",
    "regeringerne", "undersøgelser", "myndigheterna", "friheterna", "mogelijkheden", "verkiezingen", "hallituksessa",
    "kaupungeissa", "kormányokkal", "házaikban", "hükümetlerinden", "şehirlerimizde", "guvernelor", "frumuseţilor",
    "vyriausybėmis", "miestuose", "gobernuarentzat", "pemerintahannya", "n-athraíodh", "rialtais", "vladinih", "ljepotama",
    "правительствами", "красивейшая", "κυβερνήσεων", "παιδιού", "кућама",
    "الحكومات", "والمدارس", "सरकारों", "लड़कियाँ",
    "सरकारहरूको", "அரசாங்கங்கள்", "மரங்களை",
    "կառավարություններ", "քաղաքներում", "רעגירונגען", "שטעטלעך",
};

uint32_t language_fingerprint(struct sb_stemmer *stemmer)
{
    uint64_t print = 0;
    if (!stemmer) return 0;
    for (size_t i = 0; i < sizeof sample_words / sizeof *sample_words; i++) {
        const char *word = sample_words[i];
        const sb_symbol *stem = sb_stemmer_stem(stemmer, (const sb_symbol *)word, (int)strlen(word));
        if (stem) print = hash_fold(print ^ UINT64_C(0x9e3779b97f4a7c15), hash_bytes(stem, (size_t)sb_stemmer_length(stemmer)));
    }
    return (uint32_t)(print ^ print >> 32);
}
