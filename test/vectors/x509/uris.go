package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"os"
)

// Prints, for each line of standard input, how Go writes a request's URI again, or nothing when it refuses it.
func main() {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		san, _ := asn1.Marshal([]asn1.RawValue{{Class: 2, Tag: 6, Bytes: lines.Bytes()}})
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
			ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: san}},
		}, key)
		if err != nil {
			panic(err)
		}
		request, err := x509.ParseCertificateRequest(der)
		if err != nil {
			fmt.Println("")
			continue
		}
		fmt.Println(request.URIs[0])
	}
}
