module example.org/pktbench-gopacket

go 1.19

require github.com/gopacket/gopacket v1.2.0

require (
	golang.org/x/net v0.17.0 // indirect
	golang.org/x/sys v0.13.0 // indirect
)
