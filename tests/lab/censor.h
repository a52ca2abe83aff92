/* The censor: looks at each packet that passes, follows its rules, and says what becomes of it. Pure. */
#ifndef LAB_CENSOR_H
#define LAB_CENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/lab/flow.h"
#include "tests/lab/packet.h"
#include "tests/lab/rule.h"

struct censor;

enum { CENSOR_RULES = 64, DECISION_SENDS = 8 };

struct decision {
	bool drop;
	struct flow *flow; /* the censor's; NULL none */
	const struct action *send[DECISION_SENDS]; /* what to send, for censor_answer */
	struct manner manner[DECISION_SENDS]; /* and how */
	size_t nsend;
};

/* rules are borrowed; CENSOR_RULES at most. The seed decides about chances. */
struct censor *censor_new(const struct rule *rules, size_t n, uint64_t seed);
void censor_free(struct censor *censor);
/* now_s: since the scenario began. */
void censor_decide(struct censor *censor, const struct packet *p, enum direction direction, double now_s,
    struct decision *out);

/*
 * Builds the packets that the action i of a decision sends, as late as its manner says: that is the caller's part. The packet that set it off goes on to its end before them, unless the
 * decision is to drop it. emit gets each, and copies it.
 */
typedef void censor_emit(enum direction direction, const uint8_t *data, size_t len, void *arg);
void censor_answer(size_t i, const struct decision *decision, const struct packet *p,
    enum direction direction, const struct address *box, censor_emit *emit, void *arg);

#endif
