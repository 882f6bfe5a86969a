// Constants the build writes into the bundles.

/** Version of the product, from the package manifest. */
declare const PRODUCT_VERSION: string;
/** Hash of the bundles; changes with every build that differs. */
declare const BUILD_ID: string;
