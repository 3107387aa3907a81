"""Turns the metrics of an elubench experiment into a comparison report.

In the order in which the data flow: `experiment` reads the run folders; `curves`, `results`, `convergence`,
`layers` and `claims` compute; `learning_figures` and `layer_figures` draw; `summary` and `page` write.
"""
