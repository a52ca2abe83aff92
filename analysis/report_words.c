/* What faces, causes and kinds are called. The words are messages: po/LANG.po has them in other languages. */
#include <string.h>

#include "analysis/catalogue.h"
#include "analysis/report_page.h"

static const struct face_words faces[REPORT_FACE_MAX] = {
    [REPORT_NONE] = {"&nbsp;", "n", N_("not measured")},
    [REPORT_OK] = {"✓", "", N_("reached")},
    [REPORT_BLOCKED] = {"×", "b", N_("blocked")},
    [REPORT_LIKELY] = {"×?", "l", N_("likely blocked")},
    [REPORT_PARTLY] = {"~", "p", N_("blocked at times, or in some networks")},
    [REPORT_SLOWED] = {"↓", "v", N_("slowed down")},
    [REPORT_SHUT] = {"#", "s", N_("the network was shut down, or cut off from abroad")},
    [REPORT_IMPAIRED] = {"!", "i", N_("works badly, or refuses by itself")},
    [REPORT_DOWN] = {"·", "d", N_("down by its own fault")},
    [REPORT_UNTOLD] = {"?", "u", N_("cannot be told")},
};

static const char *const causes[GAP_CAUSE_MAX] = {
    [GAP_POWERED_OFF] = N_("the probe was switched off, or restarted"),
    [GAP_SUSPENDED] = N_("the probe slept"),
    [GAP_KILLED] = N_("the program was killed, or crashed"),
    [GAP_STOPPED] = N_("the program was stopped"),
    [GAP_PAUSED] = N_("measuring was paused"),
    [GAP_STALLED] = N_("the program ran, and did not get to measuring"),
    [GAP_NO_LINK] = N_("no link"),
    [GAP_NO_GATEWAY] = N_("the gateway did not answer"),
    [GAP_CAPTIVE_PORTAL] = N_("captive portal"),
    [GAP_SHUTDOWN] = N_("the network was shut down"),
    [GAP_FOREIGN_CUT] = N_("the network was cut off from abroad"),
    [GAP_NOT_LOOKED] = N_("the state of the network was not learned"),
    [GAP_CLOCK_STEP] = N_("no time passed: the clock was set"),
    [GAP_UNKNOWN] = N_("not known"),
};

struct word {
	const char *name, *words;
};

static const struct word kinds[] = {
    {"blocking", N_("blocking")},
    {"interception", N_("interception")},
    {"impairment", N_("slowing down")},
    {"shutdown", N_("shutdown")},
    {"foreign_cut", N_("cut off from abroad")},
    {"captive_portal", N_("captive portal")},
    {"anomaly", N_("anomaly")},
};

/* Those of the calendars that come with the program. */
static const struct word types[] = {
    {"anniversary", N_("anniversary")},
    {"blocking", N_("blocking")},
    {"court", N_("court")},
    {"degraded", N_("network degraded")},
    {"detention", N_("detention")},
    {"election", N_("election")},
    {"expulsion", N_("expulsion")},
    {"government_statement", N_("statement of the government")},
    {"holiday", N_("holiday")},
    {"interception_mandate", N_("interception ordered")},
    {"law", N_("law")},
    {"lethal_force", N_("lethal force")},
    {"media_closure", N_("media closed")},
    {"monitoring_period", N_("monitoring period")},
    {"protest", N_("protest")},
    {"protest_cancelled", N_("protest called off")},
    {"protest_dispersed", N_("protest dispersed")},
    {"raid", N_("raid")},
    {"referendum", N_("referendum")},
    {"shutdown", N_("shutdown")},
    {"trigger", N_("what set it off")},
};

static const struct word precisions[] = {
    {"day", N_("day")},
    {"range", N_("range of days")},
    {"week", N_("week")},
    {"month", N_("month")},
    {"year", N_("year")},
    {"approx", N_("about")},
    {"recurring", N_("comes again")},
};

/* One that is not in the table is shown as it is. */
static const char *
look_up(const struct word *table, size_t n, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < n; i++)
		if (strcmp(table[i].name, name) == 0)
			return table[i].words;
	return name != NULL ? name : "";
}

const struct face_words *
report_face_words(enum report_face face)
{
	return &faces[face];
}

const char *
report_cause_words(enum gap_cause cause)
{
	const char *words = cause < GAP_CAUSE_MAX ? causes[cause] : NULL;

	return words != NULL ? words : causes[GAP_UNKNOWN];
}

#define LOOK_UP(table, name) look_up(table, sizeof(table) / sizeof((table)[0]), name)

const char *
report_kind_words(const char *kind)
{
	return LOOK_UP(kinds, kind);
}

const char *
report_type_words(const char *type)
{
	return LOOK_UP(types, type);
}

const char *
report_precision_words(const char *precision)
{
	return LOOK_UP(precisions, precision);
}
