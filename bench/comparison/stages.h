/* How many processes a comparison of two builds takes.
 *
 * The first stage has enough blocks to find a share of slow processes (SHARE_FOUND). Then blocks
 * are added until the interval of every change is narrow enough (NARROW_PART), or the budget ends.
 * The rule looks at the width of an interval only, never at the change itself: a rule that stops
 * at a wanted outcome finds it too often. */
#ifndef PKT_STAGES_H
#define PKT_STAGES_H

#include "bench/timing/schedule.h"

/* A share of slow processes that the first stage finds with this probability on a quiet machine;
 * noise makes some processes of the old side look slow. */
#define SHARE_FOUND 0.25
#define SHARE_POWER 0.995
/* Rounds of a block in the first stage. Later stages have more, up to TURNS_MAX. */
#define STAGE_ROUNDS 10
/* Blocks of every later stage, at least. */
#define STAGE_BLOCKS 16
/* Blocks that no budget takes away. */
#define STAGE_BLOCKS_MIN 8

/* Set the blocks of the first stage, the limit of its rounds, and schedule->go_on. No effect
 * without a threshold in schedule->stages. Call it before schedule_plan(). */
void stages_plan(schedule *schedule);

#endif
