"""Turns the metrics of an elubench experiment into a comparison report.

In the order in which the data flow: `experiment` reads the run folders; `curves`, `results`, `convergence` and
`layers` compute numbers of runs, `pairing` and `comparison` compare them, `checks` and `claims` judge;
`learning_figures` and `layer_figures` draw; `summary` collects the tables; `page` and `report_folder` write.
"""
