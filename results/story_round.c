/* A round, told: how the line was, what was measured, what was odd about the network. */
#include "results/story.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "results/event.h"
#include "results/explain_tell.h"
#include "results/measurement.h"
#include "results/verdict_words.h"

enum { REASONS = 4, LISTED_MOST = 8 };

static const struct {
	enum verdict_status status;
	const char *title, *meaning;
	const char *alternatives[REASONS]; /* NULL ends them */
} states[NETWORK_STATE_MAX] = {
    [NETWORK_UNKNOWN] = {VERDICT_INSUFFICIENT, "a round on a line that was not looked at",
	"The controls were not measured, so no site is blamed for anything.", {NULL}},
    [NETWORK_ONLINE] = {VERDICT_OK, "a round on a line that worked", "Sites were judged.", {NULL}},
    [NETWORK_DEGRADED] = {VERDICT_IMPAIRED, "a round on a line that worked badly",
	"Sites were judged, with more caution: what fails may be the line's fault.",
	{"A busy or weak line, a Wi-Fi that loses packets.", "Somebody slows everything down: from one line that looks the same."}},
    [NETWORK_CAPTIVE_PORTAL] = {VERDICT_INSUFFICIENT, "a round behind a login page",
	"No site is blamed: a page of the network's stood before all others.",
	{"A hotel's, a café's or a train's Wi-Fi that wants a login.", "The provider's page for an unpaid bill or a used-up allowance."}},
    [NETWORK_FOREIGN_CUT] = {VERDICT_BLOCKED, "a round with nothing abroad",
	"Controls in the country answered, and none abroad did. Only sites in the country were judged.",
	{"A fault of the provider's lines abroad.", "Somebody has cut off what is abroad on purpose: from one line that looks the same."}},
    [NETWORK_SHUTDOWN] = {VERDICT_BLOCKED, "a round with nothing beyond the gateway",
	"The router answered, and nothing beyond it did. No site is blamed.",
	{"A fault of your provider's, or of its cables.", "A firewall of your own that lets nothing out.",
	    "Somebody has cut the network off on purpose: from one line that looks the same."}},
    [NETWORK_OFFLINE] = {VERDICT_INSUFFICIENT, "a round without a network", "No site is blamed: the fault is near.",
	{"A cable, a Wi-Fi or a router that was off.",
	    "A shutdown, on a line whose router answers nothing by itself (docs/methodology.md, The state of the network)."}},
};

static const struct {
	const char *note, *words;
} notes[] = {
    {"dns-wildcard", "your resolver has an address for a name that nobody has"},
    {"dns-hijack", "questions to any address are answered: DNS is taken to somebody else, whomever one asks"},
    {"doh-blocked", "a resolver over HTTPS kept silent, while another resolver answered"},
    {"doh-intercepted", "a resolver over HTTPS showed a certificate that does not verify"},
    {"resolver-forged", "somebody answers in the second resolver's place"},
    {"clock-suspect", "the controls' certificates are out of date: look at this computer's clock"},
    {"slow", "everything came slowly, or not whole, whoever's it is"},
    {"line-changed", "the line worked at one look at the controls and not at another"},
};

static const char *
note_words(const char *note)
{
	size_t i;

	for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (strcmp(note, notes[i].note) == 0)
			return notes[i].words;
	return note;
}

static void
tell_counts(struct measurement *m, struct story *out)
{
	const struct round_info *r = m->round;
	const char *text = NULL;
	unsigned i;

	story_add(m, out, "measured", arena_printf(m->arena, "%lld of %lld sites%s", (long long)r->measured, (long long)r->targets,
	    r->complete ? "" : "; the round was interrupted"));
	for (i = 0; i < VERDICT_STATUS_MAX; i++)
		if (r->counts[i] > 0)
			text = arena_printf(m->arena, "%s%s%lld %s", text != NULL ? text : "", text != NULL ? ", " : "",
			    (long long)r->counts[i], i == VERDICT_NONE ? "not judged" : verdict_status_words((enum verdict_status)i)->text);
	if (text != NULL)
		story_add(m, out, "results", text);
}

static void
tell_line(struct measurement *m, struct story *out)
{
	static const char *const links[] = {"none was up", "up"}, *const gateways[] = {"not known to answer", "answered"};
	const struct round_info *r = m->round;

	if (r->link >= 0)
		story_add(m, out, "link", links[r->link > 0]);
	if (r->gateway >= 0)
		story_add(m, out, "gateway", gateways[r->gateway > 0]);
}

static void
tell_resolvers(struct measurement *m, struct story *out)
{
	const struct resolver_health *r = m->context.resolvers;
	size_t i;

	for (i = 0; i < m->context.nresolvers && i < LISTED_MOST; i++, r++)
		story_add(m, out, "resolvers", arena_printf(m->arena, "%s: %d of %d questions answered%s", r->address != NULL ? r->address : "?",
		    r->answered, r->asked, r->untrusted > 0 ? ", by a certificate that does not verify" : ""));
}

/* Those that were as they should be are counted in the words. */
static void
tell_controls(struct measurement *m, struct story *out)
{
	const struct round_info *r = m->round;
	size_t told = 0, i;

	for (i = 0; i < r->ncontrols && told < LISTED_MOST; i++) {
		const struct control_outcome *c = &r->controls[i];

		if (c->ok)
			continue;
		story_add(m, out, "controls", arena_printf(m->arena, "%s (%s, %s the sites): %s%s", c->url != NULL ? c->url : "?",
		    c->kind != NULL ? c->kind : "?", c->phase != NULL ? c->phase : "?",
		    c->failure != NULL ? tell_failure(m->arena, c->failure) : "not as it should be",
		    c->untrusted ? ", with a certificate that does not verify" : ""));
		told++;
	}
}

static void
tell_rest(struct measurement *m, struct story *out)
{
	const struct round_info *r = m->round;
	size_t i;

	story_add(m, out, "traffic", arena_printf(m->arena, "%.1f kB in, %.1f kB out", (double)r->bytes_in / 1e3, (double)r->bytes_out / 1e3));
	if (r->since_last_s >= 0)
		story_add(m, out, "last round", arena_printf(m->arena, "began %s before", event_duration(m->arena, r->since_last_s)));
	if (!isnan(r->clock_offset_s) && fabs(r->clock_offset_s) >= 1)
		story_add(m, out, "clock", arena_printf(m->arena, "%s by %s", r->clock_offset_s < 0 ? "behind" : "ahead",
		    event_duration(m->arena, r->clock_offset_s)));
	for (i = 0; i < r->nnotes && i < LISTED_MOST; i++)
		story_add(m, out, "notes", note_words(r->notes[i]));
	for (i = 0; i < r->nskipped && i < LISTED_MOST; i++)
		story_add(m, out, "left out", arena_printf(m->arena, "%s: %s", r->skipped[i].what != NULL ? r->skipped[i].what : "?",
		    r->skipped[i].why != NULL ? r->skipped[i].why : "?"));
	if (m->round_id != NULL)
		story_add(m, out, "round", arena_printf(m->arena, "%s: the round_id of all its records", m->round_id));
}

void
story_of_round(struct measurement *m, struct story *out)
{
	static const char *const outside[] = {
	    "What others saw of the network at that time: other volunteers, IODA, Cloudflare Radar; other providers in town.", NULL};
	enum network_state state = m->context.network;

	out->status = states[state].status;
	out->title = states[state].title;
	out->words = arena_printf(m->arena, "The line %s.", tell_network(m));
	out->meaning = states[state].meaning;
	tell_counts(m, out);
	tell_line(m, out);
	tell_resolvers(m, out);
	tell_controls(m, out);
	tell_rest(m, out);
	story_add_alternatives(m, out, states[state].alternatives);
	if (state == NETWORK_FOREIGN_CUT || state == NETWORK_SHUTDOWN || state == NETWORK_OFFLINE)
		story_add_remedies(m, out, outside);
}
