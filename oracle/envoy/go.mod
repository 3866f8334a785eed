module cdk8s-zero-trust/oracle/envoy

go 1.26.0
