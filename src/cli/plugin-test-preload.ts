import { offerGatewayModule } from "../plugins/gateway-module.ts";

offerGatewayModule();
