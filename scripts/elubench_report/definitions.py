"""What every number of a report means."""

DEFINITIONS = (
    (
        "test error",
        "Share of the test images whose class is not the one with the highest score, in per cent, at the last "
        "iteration. The best point of a curve is never a result: choosing it would use the test set.",
    ),
    (
        "training loss",
        "Cross-entropy in nats without the L2 term, with dropout and augmentation as trained, mean over the "
        "iterations since the previous evaluation of the test set.",
    ),
    (
        "± and n",
        "Standard deviation (n − 1) over runs that differ in their seed only. Runs with the same seed have "
        "the same initial weights, order of images, crops and dropout masks whatever the activation, so they "
        "are compared in pairs.",
    ),
    (
        "95 % interval",
        "Mean of the paired differences ± t(n − 1) · sd / √n; none where all are equal. Where a pair is "
        "censored, that of their median, in which never, within the run, counts as infinite: from order "
        "statistics (binomial, at least 95 %), from six pairs on; a pair of which neither run reached the level "
        "may lie anywhere in it. Each interval is for itself: unlike p, none is widened for how many there are, "
        "so one may leave 0 out where Holm’s p decides nothing. Bands around curves: the t interval of the values "
        "of the runs at each point; of two runs, from one to the other.",
    ),
    (
        "p",
        "Wilcoxon signed-rank test over all 2ⁿ sign patterns, two-sided: with n pairs that differ it is at "
        "least 2 / 2ⁿ. Zero differences are left out. Holm: adjusted over all comparisons of the table, with "
        "and without batch normalisation; in the tables of convergence over the levels of one activation; in that "
        "of the claims over what one claim compares (claim 3: all activations, as in the result), and not over "
        "the claims. A comparison without a p counts as "
        "one with p = 1.",
    ),
    (
        "decided",
        "Adjusted p is below .05; the direction is that of the signed ranks, which p belongs to. It stays "
        "undecided if the mean (or, with censored pairs, the median of those whose sign is known) has another "
        "sign, or, for errors and layers, if more runs diverged on the side that looks better. A 95 % interval "
        "that covers 0 beside it is said: one or few pairs widen it.",
    ),
    (
        "how many more pairs of runs",
        "“≥”, “at least”: fewer cannot bring the smallest possible p, times the number of comparisons, below "
        ".05; pairs that do not differ do not count. “About”: from five pairs on, if that is more, the number "
        "with which a t test on normal differences of the mean and standard deviation seen would have 80 % "
        "power, over the signed-rank test's efficiency, 3 / π. More than 100 are given as such. No number: the "
        "estimate does not exceed the pairs that are there.",
    ),
    (
        "level reached",
        "The first evaluation from which on all are at or below the level. The level of the final test error "
        "is the mean over the baseline's runs, the same for every run. Not within the run, or a run that "
        "diverged: never, which counts as later than every time that was measured. Where any is, the median "
        "over all runs stands for their mean, and the median over the pairs for the mean difference; −∞: only the "
        "baseline's run never reaches it, +∞: only the other; a pair of which neither run reaches it tells "
        "nothing, and is left out of the median and of the test.",
    ),
    (
        "seconds",
        "Of training alone, without evaluation and loading, summed over resumes; compared only among runs "
        "with one device, number of threads, precision and choice of convolutions.",
    ),
    (
        "mean activation, sd, dead share, gradient norm",
        "On a fixed batch of 500 test images in evaluation mode, after the activation and before the pool; a "
        "channel is dead if |f′| < 0.001 for every image and place; the gradient norm is the root mean square "
        "of the loss gradient at the pre-activations.",
    ),
)
