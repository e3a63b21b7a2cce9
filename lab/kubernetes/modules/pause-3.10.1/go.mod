module lab/kubernetes/pause-3.10.1

go 1.25.0
