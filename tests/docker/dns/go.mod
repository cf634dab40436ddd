// The pins are those of ../../bed/dns (-modfile): what the two have in common is compiled once.
module dns

go 1.26.0
