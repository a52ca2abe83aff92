/* What the schedule has in mind, for whoever looks at it from outside. */
#include "probe/sched_target.h"
#include "targets/target.h"

void
sched_each(struct sched *s, struct sched_now now, void (*each)(const struct sched_outlook *outlook, void *arg), void *arg)
{
	const struct sched_target *t;
	struct sched_outlook outlook;
	struct sched_turn turn;

	sched_tick(s, now);
	for (t = s->targets; t < s->targets + s->ntargets; t++) {
		turn = sched_turn_of(s, t);
		outlook = (struct sched_outlook){
		    .url = t->target->url,
		    .state = (enum sched_state)t->state,
		    .due_ns = turn.from_ns,
		    .interval_s = (int)(sched_interval(s, t) / 1000000000),
		    .open = sched_is_open(s, t),
		    .late = t->late,
		    .taken = s->running && t->taken,
		    .burst_left = t->burst_left,
		};
		each(&outlook, arg);
	}
}
