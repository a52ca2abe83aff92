/* What an answer means for a record that was sent. */
#include "probe/webhook_retry.h"

enum webhook_answer
webhook_answer(long status)
{
	if (status >= 200 && status < 300)
		return WEBHOOK_TAKEN;
	/* Below 200: the server began to answer, and did not end. */
	if (status < 200 || status == 408 || status == 429 || (status >= 500 && status < 600))
		return WEBHOOK_LATER;
	return WEBHOOK_REFUSED;
}

int64_t
webhook_pause_ms(unsigned failures, int first_ms, int64_t asked_s, double random)
{
	int64_t ms = first_ms;
	unsigned i;

	if (asked_s > 0) {
		ms = (asked_s < WEBHOOK_ASKED_MOST_S ? asked_s : WEBHOOK_ASKED_MOST_S) * 1000;
		return ms + (int64_t)((double)ms * random / 10);
	}
	for (i = 1; i < failures && ms < WEBHOOK_PAUSE_MOST_MS; i++)
		ms *= 2;
	if (ms > WEBHOOK_PAUSE_MOST_MS)
		ms = WEBHOOK_PAUSE_MOST_MS;
	return ms / 2 + (int64_t)((double)ms * random / 2);
}
