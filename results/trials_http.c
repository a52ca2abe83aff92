/* From trials over plain HTTP to counts: the Host header elsewhere, and a doubtful address's page. */
#include "results/trials.h"

#include <string.h>
#include <strings.h>

#include "results/facts.h"
#include "results/measurement.h"
#include "results/site.h"

/* Whether two responses are the same page: to the byte, or the same redirect, or alike but for what differs each time. */
static bool
same_page(const struct http_request *a, const struct http_request *b)
{
	double ratio;

	if (a->code == 0 || a->code != b->code)
		return false;
	if (a->location != NULL || b->location != NULL)
		return a->location != NULL && b->location != NULL &&
		    strcspn(a->location, "?#") == strcspn(b->location, "?#") &&
		    strncmp(a->location, b->location, strcspn(a->location, "?#")) == 0;
	if (a->body_sha256 != NULL && b->body_sha256 != NULL &&
	    strcmp(a->body_sha256, b->body_sha256) == 0)
		return a->body_length > 0;
	if (a->title == NULL || b->title == NULL || strcmp(a->title, b->title) != 0 ||
	    a->body_length == 0 || b->body_length == 0)
		return false;
	ratio = (double)a->body_length / (double)b->body_length;
	return ratio > 0.8 && ratio < 1.25;
}

/*
 * What the target itself gave to a plain request, when it did. Not if it leads to itself: servers that send every name to
 * its own https:// give just that to the target's name as well.
 */
static const struct http_request *
plain_response(const struct measurement *m)
{
	const struct http_request *r;
	size_t i;

	for (i = 0; i < m->nrequests; i++) {
		r = &m->requests[i];
		if (r->code > 0 && facts_depth(&r->c) == 0 && r->url != NULL &&
		    strncmp(r->url, "http:", 5) == 0)
			return r->location != NULL && same_site(r->location, r->url) ? NULL : r;
	}
	return NULL;
}

static bool
is_at(const struct http_request *r, const char *address)
{
	return r->address != NULL && strcmp(r->address, address) == 0;
}

/* What a landmark has to do with the target's server, as far as pages tell. */
enum kinship { KINSHIP_NONE, KINSHIP_UNKNOWN, KINSHIP_ONE_PROVIDER };

struct host_place {
	int own_n, own_ok;
	bool own_first_ok, own_last_ok;
	int away_n, away_bad, away_page, canary_n, canary_bad, canary_page;
	enum reply kind;
};

static void
gather_host_place(const struct measurement *m, const char *address, struct host_place *p)
{
	const struct http_request *page = plain_response(m), *r;
	enum reply reply;
	size_t i;

	for (i = 0; i < m->confirm->nrequests; i++) {
		r = &m->confirm->requests[i];
		reply = r->code > 0 ? REPLY_SERVER : trials_reply_to_failure(failure_find(r->failure));
		if (!is_at(r, address) || reply == REPLY_NONE)
			continue;
		if (trials_why(&r->c, "host_own")) {
			p->own_last_ok = reply == REPLY_SERVER;
			p->own_first_ok = p->own_n == 0 ? p->own_last_ok : p->own_first_ok;
			p->own_n++;
			p->own_ok += p->own_last_ok;
		} else if (trials_why(&r->c, "host_away")) {
			p->away_n++;
			p->away_bad += reply != REPLY_SERVER;
			p->away_page += page != NULL && same_page(page, r);
			if (reply != REPLY_SERVER && p->kind == REPLY_NONE)
				p->kind = reply;
		} else if (trials_why(&r->c, "host_canary")) {
			p->canary_n++;
			p->canary_bad += reply != REPLY_SERVER;
			p->canary_page += page != NULL && same_page(page, r);
		}
	}
}

/* Whether it sends the name that it was asked for to itself: what every server may do for every name. */
static bool
leads_to_itself(const struct http_request *r)
{
	return r->location != NULL && r->url != NULL && same_site(r->location, r->url);
}

/* Whether the target's address sends names that nobody has to themselves. */
static bool
leads_anybody_home(const struct measurement *c)
{
	size_t i;

	for (i = 0; i < c->nrequests; i++)
		if (trials_why(&c->requests[i].c, "host_nobody") && leads_to_itself(&c->requests[i]))
			return true;
	return false;
}

static bool
same_host(const char *a, const char *b)
{
	size_t alen, blen;

	a = url_host(a, &alen);
	b = url_host(b, &blen);
	return alen == blen && strncasecmp(a, b, alen) == 0;
}

/*
 * Whether the target's address gives the landmark's own page to the landmark's name: machines of one provider, each of which
 * serves all of his customers. Then the target's page at the landmark is nothing odd. A redirect to itself proves that only
 * where nobody's name is not sent to itself just so.
 */
static enum kinship
kinship_of(const struct measurement *m, const char *address)
{
	const struct measurement *c = m->confirm;
	const struct http_request *own, *control;
	enum kinship found = KINSHIP_NONE;
	size_t i, k;

	for (i = 0; i < c->nrequests; i++) {
		own = &c->requests[i];
		if (!is_at(own, address) || !trials_why(&own->c, "host_own") || own->url == NULL)
			continue;
		for (k = 0; k < c->nrequests; k++) {
			control = &c->requests[k];
			if (!trials_why(&control->c, "host_control") || control->url == NULL ||
			    !same_host(own->url, control->url) || !same_page(own, control))
				continue;
			if (!leads_to_itself(own) || !leads_anybody_home(c))
				return KINSHIP_ONE_PROVIDER;
			found = KINSHIP_UNKNOWN;
		}
	}
	return found;
}

static void
judge_host_place(const struct host_place *p, struct host_trials *out)
{
	/* That its own name fails afterwards is the work of the target's only if it did not before. */
	if (!p->own_first_ok || p->away_n == 0 || p->canary_n == 0)
		return;
	out->places++;
	if (p->away_bad == p->away_n && (p->canary_bad == 0 || !p->own_last_ok)) {
		out->away_bad++;
		out->kind = p->kind;
	} else if (p->away_page == p->away_n && p->canary_page == 0)
		out->away_page++;
	else if (p->away_bad == 0 && p->away_page == 0)
		out->away_other++;
}

static bool
first_of_address(const struct measurement *c, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (trials_why(&c->requests[k].c, "host_own") &&
		    is_at(&c->requests[k], c->requests[i].address))
			return false;
	return true;
}

void
trials_host(const struct measurement *m, struct host_trials *out)
{
	const struct measurement *c = m->confirm;
	const struct http_request *r;
	enum kinship kinship;
	size_t i;

	*out = (struct host_trials){0};
	for (i = 0; c != NULL && i < c->nrequests; i++) {
		struct host_place p = {0};

		r = &c->requests[i];
		if (trials_why(&r->c, "host_control") &&
		    failure_find(r->failure) != FAILURE_INTERRUPTED) {
			out->control_n++;
			out->control_bad += r->code == 0;
		}
		if (!trials_why(&r->c, "host_own") || r->address == NULL || !first_of_address(c, i))
			continue;
		kinship = kinship_of(m, r->address);
		if (kinship == KINSHIP_ONE_PROVIDER)
			continue;
		out->unsure += kinship == KINSHIP_UNKNOWN;
		gather_host_place(m, r->address, &p);
		judge_host_place(&p, out);
	}
}

void
trials_address(const struct measurement *m, struct address_trials *out)
{
	const struct measurement *c = m->confirm;
	const struct http_request *page = NULL, *canary = NULL, *genuine = NULL, *r;
	size_t i;

	for (i = 0; c != NULL && i < c->nrequests; i++) {
		r = &c->requests[i];
		if (trials_why(&r->c, "address_page"))
			page = r;
		else if (trials_why(&r->c, "address_canary"))
			canary = r;
		else if (trials_why(&r->c, "address_true"))
			genuine = r;
	}
	*out = (struct address_trials){.asked = page != NULL};
	out->answered = page != NULL && page->code > 0;
	out->any_name = out->answered && canary != NULL && same_page(page, canary);
	if (!out->answered || genuine == NULL || genuine->code == 0)
		return;
	out->same_as_true = same_page(page, genuine);
	out->other_than_true = !out->same_as_true;
}
