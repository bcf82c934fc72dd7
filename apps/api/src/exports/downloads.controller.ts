import { Controller, Get, Header, Param, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from '../edge/access.decorators.js';
import { RespondsFile } from './download.js';
import { LinkedFiles } from './linked-files.js';

const Token = z.string().min(1).max(2_000).meta({ description: 'Of a link' });

@ApiTags('Exports')
@Controller('api/v1/downloads')
export class DownloadsController {
	constructor(private readonly files: LinkedFiles) {}

	@Get(':token')
	@Public()
	@RespondsFile('The file that the link is of')
	@Header('cache-control', 'no-store')
	get(@Param('token', { schema: Token }) token: string): Promise<StreamableFile> {
		return this.files.open(token);
	}
}
