"""What every number of a report means."""

DEFINITIONS = (
    (
        "test error",
        "Share of the test images whose class is not the one with the highest score, in per cent, at "
        "the last iteration. The best point of a curve is never a result: choosing it would use the test set.",
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
        "Mean of the paired differences ± t(n − 1) · sd / √n. Bands around curves: the same at each point.",
    ),
    (
        "p",
        "Wilcoxon signed-rank test over all 2ⁿ sign patterns, two-sided: with n pairs it is at least 2 / 2ⁿ. "
        "Zero differences are left out. Holm: adjusted over all comparisons of the table, with and without "
        "batch normalisation.",
    ),
    (
        "undecided",
        "Adjusted p is not below .05. The number of further runs is the least with which it could be; with "
        "enough pairs for that, the number that would show a difference as large as the one seen with 80 % "
        "power.",
    ),
    (
        "level reached",
        "The first evaluation from which on all are at or below the level. Never reached counts as later than "
        "every time that was measured; such a mean is replaced by the median.",
    ),
    (
        "seconds",
        "Of training alone, without evaluation and loading, summed over resumes; compared only among runs "
        "with one device, number of threads and precision.",
    ),
    (
        "mean activation, sd, dead share, gradient norm",
        "On a fixed batch of 500 test images in evaluation mode, after the activation and before the pool; a "
        "channel is dead if |f′| < 0.001 for every image and place; the gradient norm is the root mean square "
        "of the loss gradient at the pre-activations.",
    ),
)
