/*
 * Which tests a target needs, from what its measurement saw: the batch to begin with, and another where the first leaves
 * a doubt that more of the same would settle. docs/methodology.md says what each test is for.
 */
#ifndef PROBE_CHOICE_H
#define PROBE_CHOICE_H

#include <stdbool.h>

#include "probe/confirm.h"
#include "probe/landmarks.h"
#include "probe/resolver.h"
#include "results/facts.h"

struct conf;
struct lanes;

struct choice {
	const struct conf *conf;
	struct confirm_plan plan;
	struct measurement *m;
	struct lanes *lanes; /* where the tests are put */
	struct facts facts; /* of the measurement, before any test */
	struct landmark places[2]; /* copies: the list may grow; its strings stay */
	const struct landmark *away[2]; /* NULL none */
	struct landmark any; /* with or without TLS; name NULL: none */
	const char *canary; /* a host name that nobody has */
	const char *own_ip; /* the address that is tested; NULL none */
	/* For tests of server names: the target's, or those of the site to which it leads. */
	const char *name, *name_ip;
	int name_port;
	struct resolver nowhere; /* a landmark as if it were a resolver */
};

/* Adds the first batch to the lanes; conf, lanes, m and what plan points to are borrowed until choice_clear, and c must stay in its place. */
void choice_make(struct choice *c, const struct conf *conf, const struct confirm_plan *plan, struct measurement *m,
    struct lanes *lanes);
/* Adds what the first batch calls for. */
void choice_more(struct choice *c);
/* Whether to walk the path, for those who asked for it: only where something is wrong with a name. */
bool choice_wants_walk(const struct choice *c);
void choice_clear(struct choice *c);

#endif
