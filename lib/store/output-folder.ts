/** Where the output goes unless `CDK8S_OUTDIR` or the app of `cdk8s.yaml` moves it. */
export const OUTPUT_FOLDER = 'dist';
