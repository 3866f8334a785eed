import { Chart } from 'cdk8s';
import {
  Cidr, DatabaseEngine, EgressAllowlist, ExternalHost, HttpMatch, IZeroTrustMesh, JwtIssuer, JwtProtectedService, Port, SecureDatabase,
  Workload, ZeroTrustNamespace,
} from 'cdk8s-zero-trust';
import { addDeployment } from './pods';

/** The services of the demo and who calls whom, with the gRPC methods of each edge. */
export function addBoutique(chart: Chart, mesh: IZeroTrustMesh): void {
  const shop = new ZeroTrustNamespace(chart, 'online-boutique', { mesh });

  const frontend = shop.addWorkload('frontend', { ports: [Port.http(8080)] });
  const loadGenerator = shop.addWorkload('loadgenerator');
  const ads = shop.addWorkload('adservice', { ports: [Port.grpc(9555)] });
  const catalog = shop.addWorkload('productcatalogservice', { ports: [Port.grpc(3550)] });
  const currency = shop.addWorkload('currencyservice', { ports: [Port.grpc(7000)] });
  const payment = shop.addWorkload('paymentservice', { ports: [Port.grpc(50051)] });
  const shipping = shop.addWorkload('shippingservice', { ports: [Port.grpc(50051)] });
  const email = shop.addWorkload('emailservice', { ports: [Port.grpc(8080)] });
  // orders are placed for a customer who has logged in: the frontend passes his token on
  const checkout = new JwtProtectedService(shop, 'checkoutservice', {
    ports: [Port.grpc(5050)],
    issuers: [JwtIssuer.oidc('https://login.boutique.example/realms/customers', { audiences: ['checkout'] })],
  });
  const recommendation = shop.addWorkload('recommendationservice', { ports: [Port.grpc(8080)] });
  const { cart, redis } = addCart(shop);

  frontend.allowFrom(mesh.ingressGateway('public'), { reason: 'customers' });
  frontend.allowFrom(loadGenerator, { reason: 'synthetic customers' });

  ads.allowFrom(frontend, { routes: [grpc('AdService')], reason: 'banner' });
  cart.allowFrom(frontend, { routes: [grpc('CartService')], reason: 'show and change the cart' });
  checkout.allowFrom(frontend, { routes: [grpc('CheckoutService')], reason: 'place an order' });
  currency.allowFrom(frontend, { routes: [grpc('CurrencyService')], reason: 'show prices' });
  catalog.allowFrom(frontend, { routes: [grpc('ProductCatalogService')], reason: 'show products' });
  recommendation.allowFrom(frontend, { routes: [grpc('RecommendationService')], reason: 'you may also like' });
  shipping.allowFrom(frontend, { routes: [grpc('ShippingService')], reason: 'shipping quote' });

  cart.allowFrom(checkout, { routes: [grpc('CartService')], reason: 'read and empty the cart' });
  currency.allowFrom(checkout, { routes: [grpc('CurrencyService')], reason: 'convert the total' });
  email.allowFrom(checkout, { routes: [grpc('EmailService')], reason: 'order confirmation' });
  payment.allowFrom(checkout, { routes: [grpc('PaymentService')], reason: 'charge the card' });
  catalog.allowFrom(checkout, { routes: [grpc('ProductCatalogService')], reason: 'prices of the order' });
  shipping.allowFrom(checkout, { routes: [grpc('ShippingService')], reason: 'ship the order' });

  catalog.allowFrom(recommendation, { routes: [grpc('ProductCatalogService')], reason: 'choose products' });
  redis.allowFrom(cart, { reason: 'cart storage' });

  new EgressAllowlist(shop, 'card-processor', {
    from: [payment],
    hosts: [ExternalHost.https('api.cards.example', { cidrs: [Cidr.of('198.51.100.0/24')] })],
    reason: 'charge cards',
  });
}

/** The cart and its storage: identity, labels and ports come from their Deployments. */
function addCart(shop: ZeroTrustNamespace) {
  const namespace = shop.namespaceName;
  const cart = addDeployment(shop, { name: 'cartservice', namespace, image: 'registry.example/cartservice:v0.10.2', number: 7070, appProtocol: 'grpc' });
  const redis = addDeployment(shop, { name: 'redis-cart', namespace, image: 'registry.example/redis:8.2.1', number: 6379, appProtocol: 'tcp' });
  return {
    cart: Workload.fromApiObject(shop, 'cartservice', { apiObject: cart, ports: [Port.grpc(7070)] }),
    redis: SecureDatabase.fromApiObject(shop, 'redis-cart', { apiObject: redis, engine: DatabaseEngine.REDIS }),
  };
}

function grpc(service: string): HttpMatch {
  return HttpMatch.grpc(`/hipstershop.${service}/*`);
}
