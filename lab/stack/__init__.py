"""The whole product with all it talks to, on one machine, in one folder, ended as one.

`python -m lab.stack up|down` for people; `Stack` for the demo, the benchmark and the tests.
"""
